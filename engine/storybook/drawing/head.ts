/** Heads: ears and outline of each animal, hair of a person. Coordinates are relative to the middle of the head. */
import type { Animal, Individual, Person } from '../scene.ts'
import { drawEyes, drawMuzzle } from './face.ts'
import { coatColour, mix, skinColour } from './palette.ts'
import { headPattern } from './pattern.ts'
import { clipped, ellipse, filled, INK, OUTLINE, type Oval, outlined, path } from './shapes.ts'

export interface Drawn {
  /** Path data of everything that must stand out from the background. */
  readonly silhouette: string
  /** Under the body: long hair. */
  readonly behind: string
  readonly elements: string
}

export const coatOf = ({ coat, traits }: Individual) => coatColour(coat, traits.shade, traits.warmth)

/** The second colour moves less with the traits than the coat, so that both words stay readable. */
export const secondOf = ({ second, traits }: Individual) =>
  second && coatColour(second, 0.5 + 0.5 * (traits.shade - 0.5), 0.5 + 0.5 * (traits.warmth - 0.5))

function earShapes(
  kind: Animal['kind'],
  { rx, ry }: Oval,
  length: number,
): { outer: string; inner: string; front: boolean } {
  const both = (shape: (side: number) => string) => shape(-1) + shape(1)
  switch (kind) {
    case 'cat': {
      const tip = -ry - 3 - 6 * length
      return {
        outer: both(s => path`M${s * rx * 0.94} ${-ry * 0.25}L${s * rx * 0.86} ${tip}L${s * rx * 0.18} ${-ry * 0.9}z`),
        inner: both(
          s => path`M${s * rx * 0.83} ${-ry * 0.5}L${s * rx * 0.79} ${tip + 4}L${s * rx * 0.42} ${-ry * 0.85}z`,
        ),
        front: false,
      }
    }
    case 'fox': {
      const tip = -ry - 5 - 7 * length
      return {
        outer: both(
          s =>
            path`M${s * rx} ${-ry * 0.1}Q${s * rx * 1.1} ${-ry * 0.8} ${s * rx * 0.82} ${tip}Q${s * rx * 0.3} ${-ry * 1.1} ${s * rx * 0.14} ${-ry * 0.7}z`,
        ),
        inner: both(
          s => path`M${s * rx * 0.86} ${-ry * 0.6}L${s * rx * 0.78} ${tip + 4.5}L${s * rx * 0.4} ${-ry * 0.85}z`,
        ),
        front: false,
      }
    }
    case 'rabbit': {
      const tall = 7 + 5.5 * length
      return {
        outer: both(s => ellipse(s * rx * 0.44, -ry * 0.75 - tall, 4.5, tall + 2)),
        inner: both(s => ellipse(s * rx * 0.44, -ry * 0.75 - tall, 2, tall - 1.5)),
        front: false,
      }
    }
    case 'bear': {
      const r = 4.2 + 2.6 * length
      return {
        outer: both(s => ellipse(s * rx * 0.72, -ry * 0.78, r)),
        inner: both(s => ellipse(s * rx * 0.72, -ry * 0.78, r * 0.52)),
        front: false,
      }
    }
    case 'dog': {
      const drop = ry * (0.35 + 0.65 * length)
      return {
        outer: both(
          s =>
            path`M${s * rx * 0.5} ${-ry * 0.88}Q${s * rx * 1.15} ${-ry * 1.02} ${s * rx * 1.24} ${-ry * 0.1}Q${s * rx * 1.32} ${drop} ${s * rx * 1.04} ${drop}Q${s * rx * 0.8} ${drop} ${s * rx * 0.84} ${-ry * 0.1}Q${s * rx * 0.8} ${-ry * 0.5} ${s * rx * 0.5} ${-ry * 0.88}z`,
        ),
        inner: '',
        front: true,
      }
    }
  }
}

function headOutline(kind: Individual['kind'], { rx, ry }: Oval): string {
  switch (kind) {
    case 'fox':
      return path`M0 ${ry * 1.14}C${-rx * 0.5} ${ry * 1.1} ${-rx * 0.8} ${ry * 0.62} ${-rx * 1.12} ${ry * 0.3}C${-rx * 0.95} ${-ry * 0.5} ${-rx * 0.7} ${-ry} 0 ${-ry}C${rx * 0.7} ${-ry} ${rx * 0.95} ${-ry * 0.5} ${rx * 1.12} ${ry * 0.3}C${rx * 0.8} ${ry * 0.62} ${rx * 0.5} ${ry * 1.1} 0 ${ry * 1.14}z`
    case 'dog':
      return path`M0 ${-ry}C${rx * 0.95} ${-ry} ${rx} ${-ry * 0.3} ${rx * 0.92} ${ry * 0.25}C${rx * 0.86} ${ry * 0.9} ${rx * 0.45} ${ry * 1.06} 0 ${ry * 1.06}C${-rx * 0.45} ${ry * 1.06} ${-rx * 0.86} ${ry * 0.9} ${-rx * 0.92} ${ry * 0.25}C${-rx} ${-ry * 0.3} ${-rx * 0.95} ${-ry} 0 ${-ry}z`
    case 'bear':
      return ellipse(0, 0, rx * 0.96, ry * 1.03)
    case 'rabbit':
      return ellipse(0, 0, rx * 0.94, ry)
    default:
      return ellipse(0, 0, rx, ry)
  }
}

export function drawHead(individual: Individual, oval: Oval, asleep: boolean, id: string): Drawn {
  return individual.kind === 'person' ? personHead(individual, oval, asleep) : animalHead(individual, oval, asleep, id)
}

function animalHead(animal: Animal, oval: Oval, asleep: boolean, id: string): Drawn {
  const { kind, traits } = animal
  const coat = coatOf(animal)
  const second = secondOf(animal)
  const outline = headOutline(kind, oval)
  const ears = earShapes(kind, oval, traits.ears)
  const light = mix(coat, '#ffffff', kind === 'fox' ? 0.72 : 0.45)
  const muzzle = animal.pattern === 'bellied' && second ? second : light
  const inner =
    kind === 'fox' ? mix(coat, INK, 0.7) : kind === 'bear' ? mix(coat, '#ffd9c4', 0.55) : mix(coat, '#ff8fa8', 0.75)
  const drawnEars =
    outlined(ears.outer, kind === 'dog' ? mix(coat, INK, 0.22) : coat) + (ears.inner && filled(ears.inner, inner))
  return {
    silhouette: outline + ears.outer,
    behind: '',
    elements:
      (ears.front ? '' : drawnEars) +
      outlined(outline, coat) +
      (second ? clipped(id, outline, headPattern(animal, oval, second)) : '') +
      drawMuzzle(kind, oval, coat, muzzle) +
      (ears.front ? drawnEars : '') +
      drawEyes(animal, oval, coat, asleep),
  }
}

function personHead(person: Person, oval: Oval, asleep: boolean): Drawn {
  const skin = skinColour(person.traits.mark)
  const hair = hairShapes(person, oval, asleep)
  const colour = coatOf(person)
  const face = ellipse(0, 0, oval.rx, oval.ry)
  const { rx, ry } = oval
  return {
    silhouette: face + hair.behind + hair.back + hair.front,
    behind: hair.behind && outlined(hair.behind, colour),
    elements:
      (hair.back && joined(hair.back, colour)) +
      outlined(ellipse(-rx, ry * 0.15, 2.6, 3.2) + ellipse(rx, ry * 0.15, 2.6, 3.2), skin) +
      outlined(face, skin) +
      drawMuzzle('person', oval, skin, skin) +
      joined(hair.front, colour) +
      drawEyes(person, oval, skin, asleep),
  }
}

/** Overlapping shapes with one outline around them all. */
const joined = (d: string, colour: string) => outlined(d, colour, INK, 2 * OUTLINE) + filled(d, colour)

interface Hair {
  /** Behind the body, behind the head, and on the forehead: path data, '' for none. */
  readonly behind: string
  readonly back: string
  readonly front: string
}

function hairShapes({ pattern, traits }: Person, { rx, ry }: Oval, asleep: boolean): Hair {
  const length = traits.ears
  /** Hair on the skull from temple to temple, with the fringe `fringe` below the crown. */
  const cap = (side: number, fringe: number) =>
    path`M${-rx * 1.08} ${side}C${-rx * 1.25} ${-ry * 1.55} ${rx * 1.25} ${-ry * 1.55} ${rx * 1.08} ${side}L${rx * 0.84} ${side}Q${rx * 0.78} ${fringe} ${rx * 0.1} ${fringe}Q${-rx * 0.2} ${fringe - 3} ${-rx * 0.4} ${fringe + 0.6}Q${-rx * 0.8} ${fringe + 1} ${-rx * 0.84} ${side}z`
  switch (pattern) {
    case 'short':
      return { behind: '', back: '', front: cap(-ry * 0.2 + ry * 0.5 * length, -ry * 0.45) }
    case 'long': {
      // Of a sleeper the hair would hang into the ground.
      const bottom = ry * (asleep ? 0.85 + 0.4 * length : 1 + 1.1 * length)
      const lock = (s: number) =>
        path`M${s * rx * 1.1} ${-ry * 0.3}C${s * rx * 1.4} ${ry * 0.4} ${s * rx * 1.25} ${bottom * 0.8} ${s * rx * 1.32} ${bottom}Q${s * rx * 0.95} ${bottom + 2.5} ${s * rx * 0.72} ${bottom - 1}L${s * rx * 0.5} ${ry * 0.4}z`
      return {
        behind: `${lock(-1)}${lock(1)}`,
        back: '',
        front: path`M${-rx * 1.12} ${ry * 0.45}C${-rx * 1.3} ${-ry * 1.55} ${rx * 1.3} ${-ry * 1.55} ${rx * 1.12} ${ry * 0.45}Q${rx * 0.86} ${ry * 0.3} ${rx * 0.86} ${-ry * 0.15}Q${rx * 0.3} ${-ry * 0.4} ${-rx * 0.15} ${-ry * 0.85}Q${-rx * 0.35} ${-ry * 0.4} ${-rx * 0.86} ${-ry * 0.2}Q${-rx * 0.86} ${ry * 0.3} ${-rx * 1.12} ${ry * 0.45}z`,
      }
    }
    case 'curly': {
      const r = 4.4 + 2.4 * length
      const puffs = Array.from({ length: 9 }, (_, i) => {
        const angle = Math.PI * (0.9 + (1.2 * i) / 8)
        return ellipse(Math.cos(angle) * rx * 1.08, Math.sin(angle) * ry * 1.02, r)
      })
      const fringe = [-0.62, -0.22, 0.22, 0.62].map(x => ellipse(x * rx, -ry * 0.72, 3.9))
      return { behind: '', back: puffs.join(''), front: fringe.join('') }
    }
    case 'bun': {
      const r = 4.6 + 3 * length
      return { behind: '', back: ellipse(0, -ry * 1.12 - r * 0.75, r), front: cap(-ry * 0.15, -ry * 0.5) }
    }
    case 'spiky': {
      const tall = 5 + 7 * length
      const points = Array.from({ length: 6 }, (_, i) => {
        const angle = Math.PI * (1.02 + (0.96 * (i + 0.5)) / 6)
        const next = Math.PI * (1.02 + (0.96 * (i + 1)) / 6)
        return path`L${Math.cos(angle) * (rx + tall)} ${Math.sin(angle) * (ry + tall)}L${Math.cos(next) * rx * 1.06} ${Math.sin(next) * ry * 1.06}`
      })
      return {
        behind: '',
        back: '',
        front: path`M${-rx * 1.06} ${ry * 0.05}${points.join('')}L${rx * 0.84} ${-ry * 0.1}L${rx * 0.5} ${-ry * 0.62}L${rx * 0.2} ${-ry * 0.36}L${-rx * 0.15} ${-ry * 0.66}L${-rx * 0.45} ${-ry * 0.36}L${-rx * 0.84} ${-ry * 0.1}z`,
      }
    }
  }
}
