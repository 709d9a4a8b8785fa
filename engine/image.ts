/** A picture as the engine sees it: 8-bit RGB, row by row from the top left. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  /** `width × height × 3` bytes. */
  readonly data: Uint8Array
}

/** Left becomes right. */
export function mirrored({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x)
      turned.set(data.subarray(from, from + 3), 3 * (y * width + width - 1 - x))
    }
  return { width, height, data: turned }
}
