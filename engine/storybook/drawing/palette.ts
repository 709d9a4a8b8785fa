/** Colour words as colours. Every word keeps its distance from the others at both ends of `shade` and `warmth`. */
import type { AccessoryColour, Coat, Eyes } from '../scene.ts'

type Oklch = readonly [lightness: number, chroma: number, hue: number]

const COAT_COLOURS: Record<Coat, Oklch> = {
  white: [0.965, 0.004, 90],
  gray: [0.66, 0.006, 260],
  black: [0.31, 0.01, 290],
  brown: [0.47, 0.085, 50],
  cream: [0.89, 0.095, 88],
  orange: [0.74, 0.17, 58],
  pink: [0.79, 0.12, 358],
  blue: [0.61, 0.16, 256],
  green: [0.66, 0.17, 145],
  purple: [0.55, 0.18, 308],
}

/** How far `shade` (lightness, ±) and `warmth` (hue in degrees, ±) may lead within the word. */
const REACH: Record<Coat, readonly [lightness: number, hue: number]> = {
  white: [0.03, 0],
  gray: [0.07, 0],
  black: [0.05, 0],
  brown: [0.06, 12],
  cream: [0.03, 9],
  orange: [0.04, 9],
  pink: [0.05, 13],
  blue: [0.07, 11],
  green: [0.07, 15],
  purple: [0.06, 11],
}

export const EYE_COLOURS: Record<Eyes, string> = {
  green: '#1fb24a',
  blue: '#2b86f0',
  brown: '#84491c',
  gold: '#f5b90a',
  red: '#e0202f',
}

export const ACCESSORY_PAINT: Record<AccessoryColour, string> = {
  red: '#e3242f',
  blue: '#2456e6',
  green: '#139a3c',
  yellow: '#ffd60a',
  purple: '#9a2fd0',
  black: '#2a2930',
}

/** `#rrggbb` of an OKLCH colour (Björn Ottosson's OKLab), clipped to the gamut. */
function hex([lightness, chroma, hue]: Oklch): string {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  const bytes = linear.map(value => {
    const clipped = Math.min(1, Math.max(0, value))
    const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
    return Math.round(255 * encoded)
  })
  return `#${bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')}`
}

/** A coat's colour, turned by `shade` and `warmth` (0…1). */
export function coatColour(coat: Coat, shade: number, warmth: number): string {
  const [lightness, chroma, hue] = COAT_COLOURS[coat]
  const [reach, turn] = REACH[coat]
  const turned = 2 * warmth - 1
  // Colours without a hue get a breath of a warm or a cool one instead of a turn.
  if (turn === 0)
    return hex([lightness + reach * (2 * shade - 1), chroma + 0.014 * Math.abs(turned), turned > 0 ? 70 : 255])
  // Warm means towards orange (60°): from the blue side of the circle that is the other way round.
  const towardsOrange = hue > 60 && hue < 240 ? -1 : 1
  return hex([lightness + reach * (2 * shade - 1), chroma, hue + towardsOrange * turn * turned])
}

/** Light … dark skin for 0…1. */
export const skinColour = (mark: number) =>
  hex([0.9 - 0.42 * mark, 0.045 + 0.05 * Math.sin(Math.PI * (0.15 + 0.6 * mark)), 62 - 8 * mark])

/** The mixture `(1 − share)·colour + share·other` of two `#rrggbb` colours. */
export function mix(colour: string, other: string, share: number): string {
  const at = (code: string, i: number) => Number.parseInt(code.slice(1 + 2 * i, 3 + 2 * i), 16)
  const bytes = [0, 1, 2].map(i => Math.round((1 - share) * at(colour, i) + share * at(other, i)))
  return `#${bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')}`
}

/** Relative brightness 0…1, good enough to choose between dark and light lines. */
export function brightness(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(i => Number.parseInt(colour.slice(i, i + 2), 16) / 255) as [number, number, number]
  return 0.3 * r + 0.59 * g + 0.11 * b
}
