/** Pictures as perceived colours: OKLab (Björn Ottosson, 2020), in which distances are about as large as they look. */
import type { RgbImage } from '../image.ts'

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

/** OKLab of every pixel, interleaved: `height × width × 3` of lightness 0…1, a and b about −.3…+.3. */
export function toOklab({ width, height, data }: RgbImage): Float32Array {
  const lab = new Float32Array(3 * width * height)
  for (let i = 0; i < lab.length; i += 3) {
    const r = LINEAR[data[i] as number] as number
    const g = LINEAR[data[i + 1] as number] as number
    const b = LINEAR[data[i + 2] as number] as number
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lab[i] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
    lab[i + 1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
    lab[i + 2] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  }
  return lab
}
