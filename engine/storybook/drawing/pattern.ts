/** The second colour on an animal's head and body. Both are ellipses about (0, 0); the caller clips to them. */
import type { Animal } from '../scene.ts'
import { ellipse, filled, type Oval, path, rectangle } from './shapes.ts'

const HEAD_SPOTS = [
  [-0.62, -0.5],
  [0.1, -0.8],
  [0.72, -0.3],
  [-0.78, 0.42],
  [0.7, 0.55],
] as const
const BODY_SPOTS = [
  [-0.5, -0.25],
  [0.45, 0],
  [-0.2, 0.55],
  [0.62, 0.62],
  [-0.85, 0.5],
  [0.1, -0.6],
] as const

const spots = (places: readonly (readonly [number, number])[], { rx, ry }: Oval, mark: number) =>
  places
    .map(([x, y], i) => ellipse((x + 0.3 * (mark - 0.5)) * rx, y * ry, (2.1 + 1.7 * mark) * (i % 2 ? 0.85 : 1.1)))
    .join('')

/** Pixels from one stripe to the next. */
const spacing = (mark: number) => 8.6 - 3.2 * mark

export function headPattern({ pattern, traits }: Animal, { rx, ry }: Oval, second: string): string {
  const { mark } = traits
  switch (pattern) {
    case 'plain':
      return ''
    case 'striped': {
      const step = spacing(mark)
      const down = [-1, 0, 1].map(i => rectangle(i * step - 1.6, -ry - 1, 3.2, ry * (i ? 0.5 : 0.62) + 1))
      const across = [-1, 1].flatMap(side =>
        [0.28, 0.28 + step / 14].map(y => path`M${side * (rx + 1)} ${y * ry - 2.4}v3.6l${-side * rx * 0.42} -1.4z`),
      )
      return filled([...down, ...across].join(''), second)
    }
    case 'spotted':
      return filled(spots(HEAD_SPOTS, { rx, ry }, mark), second)
    case 'bellied':
      return filled(ellipse(0, ry * 0.75, rx * (0.5 + 0.3 * mark), ry * (0.5 + 0.2 * mark)), second)
    case 'patched':
      return filled(ellipse((mark - 0.5) * 1.5 * rx, -ry * 0.3, rx * 0.62, ry * 0.85), second)
  }
}

export function bodyPattern({ pattern, traits }: Animal, { rx, ry }: Oval, lying: boolean, second: string): string {
  const { mark } = traits
  switch (pattern) {
    case 'plain':
      return ''
    case 'striped': {
      const step = spacing(mark)
      const bands = [-2, -1, 0, 1, 2].map(i =>
        lying ? rectangle(i * step * 1.15 + 1, -ry, 3.6, 2 * ry) : rectangle(-rx, i * step + 1, 2 * rx, 3.4),
      )
      return filled(bands.join(''), second)
    }
    case 'spotted':
      return filled(spots(BODY_SPOTS, { rx, ry }, mark), second)
    case 'bellied':
      return filled(
        lying
          ? ellipse(0, ry * 0.9, rx * 0.8, ry * (0.7 + 0.5 * mark))
          : ellipse(0, ry * 0.2, rx * (0.5 + 0.25 * mark), ry * 0.8),
        second,
      )
    case 'patched':
      return filled(ellipse((0.5 - mark) * 1.3 * rx, ry * 0.25, rx * 0.6, ry * 0.75), second)
  }
}
