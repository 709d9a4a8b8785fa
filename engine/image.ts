/** A picture as the engine sees it: 8-bit RGB, row by row from the top left. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  /** `width × height × 3` bytes. */
  readonly data: Uint8Array
}
