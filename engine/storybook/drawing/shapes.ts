/** SVG path data and elements: the few marks everything in the drawn world is made of. Units are pixels of a 96 × 96 picture. */

export const INK = '#19141f'
export const OUTLINE = 1.3

/** Half-axes of a head or body, which lies about (0, 0). */
export interface Oval {
  readonly rx: number
  readonly ry: number
}

/** Hundredths of a pixel are finer than what anti-aliasing can show. */
const short = (value: number) => String(Math.round(value * 100) / 100)

/** Path data with its numbers rounded. */
export function path(parts: TemplateStringsArray, ...values: (number | string)[]): string {
  return parts.reduce((all, part, i) => {
    const value = values[i - 1] as number | string
    return all + (typeof value === 'number' ? short(value) : value) + part
  })
}

export function ellipse(cx: number, cy: number, rx: number, ry = rx): string {
  return path`M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`
}

export function polygon(...points: readonly (readonly [number, number])[]): string {
  return `M${points.map(([x, y]) => path`${x} ${y}`).join('L')}z`
}

export function rectangle(x: number, y: number, width: number, height: number): string {
  return path`M${x} ${y}h${width}v${height}h${-width}z`
}

export const filled = (d: string, colour: string) => `<path d="${d}" fill="${colour}"/>`

export const outlined = (d: string, colour: string, ink = INK, width = OUTLINE) =>
  `<path d="${d}" fill="${colour}" stroke="${ink}" stroke-width="${width}" stroke-linejoin="round"/>`

export const stroked = (d: string, colour: string, width: number) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${short(width)}" stroke-linecap="round" stroke-linejoin="round"/>`

/** A thick rounded line with an outline: limbs and thin tails. */
export const limb = (d: string, colour: string, width: number) =>
  stroked(d, INK, width + 2 * OUTLINE) + stroked(d, colour, width)

/** What is inside `content`, shown only where `outline` is. `id` must be unique in the picture. */
export const clipped = (id: string, outline: string, content: string) =>
  content && `<clipPath id="${id}"><path d="${outline}"/></clipPath><g clip-path="url(#${id})">${content}</g>`

export function grouped(transform: string, content: string): string {
  return transform ? `<g transform="${transform}">${content}</g>` : content
}
