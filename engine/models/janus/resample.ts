/**
 * Bicubic resampling to the last bit as Pillow does it, which Janus-Pro's pictures were made with: sharp's kernels round
 * otherwise, and differ by several levels at edges. Two passes with 8 bits between them, weights in fixed point.
 *
 * Source: Pillow, src/libImaging/Resample.c
 */
import type { RgbImage } from '../../image.ts'

/** Bits behind the point of a weight. */
const precision = 32 - 8 - 2
const half = 1 << (precision - 1)

/** Keys 1981 with a = −½, 2 wide on either side. */
function bicubic(distance: number): number {
  const x = Math.abs(distance)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5
  return 0
}

/** What one pixel of the result is made of: `weights` of the pixels from `first` on. */
interface Window {
  readonly first: number
  readonly weights: Int32Array
}

/** Where the picture shrinks the kernel grows with it (antialiasing). */
function windows(from: number, to: number): Window[] {
  const scale = from / to
  const stretch = Math.max(1, scale)
  const support = 2 * stretch
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale
    const first = Math.max(0, Math.trunc(center - support + 0.5))
    const last = Math.min(from, Math.trunc(center + support + 0.5))
    const shares = Array.from({ length: last - first }, (_, k) => bicubic((k + first - center + 0.5) * (1 / stretch)))
    const sum = shares.reduce((total, share) => total + share, 0)
    const weights = shares.map(share => {
      const scaled = (sum === 0 ? share : share / sum) * (1 << precision)
      return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    })
    return { first, weights: Int32Array.from(weights) }
  })
}

/** Scales a picture, its sides' ratio not kept. */
export function resample(image: RgbImage, width: number, height: number): RgbImage {
  let result = image
  if (width !== image.width) result = across(result, width)
  if (height !== image.height) result = down(result, height)
  return result
}

function across({ width, height, data }: RgbImage, to: number): RgbImage {
  const scaled = new Uint8Array(to * height * 3)
  for (const [x, { first, weights }] of windows(width, to).entries())
    for (let y = 0; y < height; y++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = half
        let at = (y * width + first) * 3 + channel
        for (let k = 0; k < weights.length; k++, at += 3) sum += (weights[k] as number) * (data[at] as number)
        scaled[(y * to + x) * 3 + channel] = clipped(sum)
      }
  return { width: to, height, data: scaled }
}

function down({ width, height, data }: RgbImage, to: number): RgbImage {
  const row = width * 3
  const scaled = new Uint8Array(row * to)
  for (const [y, { first, weights }] of windows(height, to).entries())
    for (let x = 0; x < row; x++) {
      let sum = half
      let at = first * row + x
      for (let k = 0; k < weights.length; k++, at += row) sum += (weights[k] as number) * (data[at] as number)
      scaled[y * row + x] = clipped(sum)
    }
  return { width, height: to, data: scaled }
}

const clipped = (sum: number) => Math.min(255, Math.max(0, Math.floor(sum / (1 << precision))))
