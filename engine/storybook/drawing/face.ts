/** Eyes, mouths and what only an animal's face has. Coordinates are relative to the middle of the head. */

import type { Individual } from '../scene.ts'
import { brightness, EYE_COLOURS, mix } from './palette.ts'
import { ellipse, filled, INK, type Oval, outlined, path, polygon, stroked } from './shapes.ts'

/** What the eyes' and glasses' places follow from. */
export function eyePlaces({ rx, ry }: Oval, eyeSize: number) {
  return { x: rx * 0.43, y: ry * 0.06, radius: 3.3 + 1.4 * eyeSize }
}

/** Lines that show on `colour`: dark, or light on a dark coat. */
export const lineOn = (colour: string) => (brightness(colour) > 0.3 ? INK : '#efe9f2')

export function drawEyes(individual: Individual, oval: Oval, ground: string, asleep: boolean): string {
  const { x, y, radius } = eyePlaces(oval, individual.traits.eyeSize)
  if (asleep) {
    const lid = (at: number) => path`M${at - radius} ${y}q${radius} ${radius * 1.1} ${2 * radius} 0`
    return stroked(lid(-x) + lid(x), lineOn(ground), 1.5)
  }
  const pair = (rx: number, ry: number, dx = 0, dy = 0) =>
    ellipse(-x + dx, y + dy, rx, ry) + ellipse(x + dx, y + dy, rx, ry)
  return (
    outlined(pair(radius, radius * 1.08), '#ffffff', INK, 0.9) +
    filled(pair(radius * 0.8, radius * 0.9), EYE_COLOURS[individual.eyes]) +
    filled(pair(radius * 0.36, radius * 0.46), INK) +
    filled(pair(radius * 0.24, radius * 0.24, -radius * 0.3, -radius * 0.42), '#ffffff')
  )
}

/** The muzzle, nose, mouth and whiskers of an animal. `muzzle` is the colour around the mouth. */
export function drawMuzzle(kind: Individual['kind'], oval: Oval, coat: string, muzzle: string): string {
  const { rx, ry } = oval
  const line = lineOn(muzzle)
  const pink = '#ff7f9d'
  const nose = (y: number, width: number) => path`M${-width} ${y - 1.4}h${2 * width}l${-width} ${2.6}z`
  const mouth = (y: number, width = 3) =>
    path`M${-width} ${y + 1.4}q${width / 2} 2.4 ${width} 0q${width / 2} 2.4 ${width} 0`
  switch (kind) {
    case 'cat': {
      const whiskers = [-1, 1].map(
        side =>
          path`M${side * rx * 0.62} ${ry * 0.5}l${side * rx * 0.52} -2.2M${side * rx * 0.62} ${ry * 0.62}l${side * rx * 0.52} 1.2`,
      )
      return (
        outlined(nose(ry * 0.48, 1.9), pink, INK, 0.7) +
        stroked(mouth(ry * 0.56), line, 1.1) +
        stroked(whiskers.join(''), brightness(coat) > 0.3 ? '#3a3440' : '#ffffff', 0.9)
      )
    }
    case 'dog': {
      const y = ry * 0.58
      return (
        outlined(ellipse(0, y, rx * 0.42, ry * 0.36), muzzle, INK, 0.9) +
        outlined(path`M-2 ${y + 2.6}v2.6q2 3 4 0v-2.6z`, '#ff6f86', INK, 0.8) +
        filled(ellipse(0, y - 2.4, 3.1, 2.2), brightness(muzzle) > 0.3 ? INK : '#000000') +
        filled(ellipse(-0.9, y - 3, 0.8, 0.6), '#ffffff')
      )
    }
    case 'rabbit': {
      const y = ry * 0.45
      return (
        outlined(path`M-1.8 ${y + 2.8}h3.6v3.8h-3.6z`, '#ffffff', INK, 0.7) +
        outlined(nose(y, 1.7), pink, INK, 0.7) +
        stroked(path`M0 ${y + 1}v1.6` + mouth(y + 0.9, 3.2), line, 1.1) +
        filled(ellipse(-rx * 0.68, ry * 0.42, 2.3, 1.6) + ellipse(rx * 0.68, ry * 0.42, 2.3, 1.6), '#ff9db4')
      )
    }
    case 'bear': {
      const y = ry * 0.54
      return (
        outlined(ellipse(0, y, rx * 0.4, ry * 0.37), muzzle, INK, 0.8) +
        filled(ellipse(0, y - 1.9, 2.9, 1.9), INK) +
        stroked(path`M0 ${y}v1.4M-2 ${y + 1.6}q2 1.8 4 0`, line, 1.1)
      )
    }
    case 'fox': {
      const cheek = (side: number) =>
        path`M0 ${ry * 1.12}Q${side * rx * 0.2} ${ry * 0.3} ${side * rx * 0.98} ${ry * 0.28}Q${side * rx * 0.7} ${ry * 0.85} 0 ${ry * 1.12}z`
      return (
        filled(cheek(-1) + cheek(1), muzzle) +
        filled(ellipse(0, ry * 0.92, 2.5, 2), INK) +
        filled(polygon([-0.8, ry * 0.86], [0.2, ry * 0.86], [-0.3, ry * 0.8]), '#ffffff')
      )
    }
    case 'person':
      return (
        stroked(path`M-2.8 ${ry * 0.52}q2.8 3 5.6 0`, INK, 1.2) +
        filled(
          ellipse(-rx * 0.66, ry * 0.46, 2, 1.4) + ellipse(rx * 0.66, ry * 0.46, 2, 1.4),
          mix(coat, '#ff5a6e', 0.4),
        )
      )
  }
}
