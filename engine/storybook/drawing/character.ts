/** A whole character: pose, body, tail, limbs, head and accessory put together, with a pale rim around it all. */
import type { Character, Individual } from '../scene.ts'
import { drawAccessory } from './accessories.ts'
import { coatOf, drawHead, secondOf } from './head.ts'
import { mix, skinColour } from './palette.ts'
import { bodyPattern } from './pattern.ts'
import { type Pose, poseOf } from './pose.ts'
import { clipped, ellipse, filled, grouped, INK, limb, outlined, path, rectangle, stroked } from './shapes.ts'

/** Trousers are everybody's: only the shirt has a colour word. */
const TROUSERS = '#46506e'
const SHOES = '#5b3a2e'

interface Placement {
  /** Where the feet are, in pixels of the 96 × 96 picture. */
  readonly x: number
  readonly y: number
  readonly scale: number
  /** Unique within the picture. */
  readonly id: string
}

export function drawCharacter({ individual, action, side }: Character, placement: Placement): string {
  const pose = poseOf(individual, action, side === 'right' ? -1 : 1)
  const { body, head } = pose
  const coat = coatOf(individual)
  const second = secondOf(individual) ?? coat
  const person = individual.kind === 'person'
  const worn = drawAccessory(individual, pose)
  const drawnHead = drawHead(individual, head, pose.asleep, `${placement.id}h`)
  const tail = drawTail(individual, pose, coat, second)

  const lines = (all: Pose['legs']) => all.map(([x1, y1, x2, y2]) => path`M${x1} ${y1}L${x2} ${y2}`).join('')
  const legs = lines(pose.legs)
  const arms = lines(pose.arms)
  const torso = ellipse(body.x, body.y, body.rx, body.ry)
  const hands = pose.arms.map(([, , x, y]) => ellipse(x, y, 2.9)).join('')
  const feet = pose.legs
    .map(([, , x, y]) => ellipse(x + (pose.lying ? 0 : Math.sign(x) * 1), y + 0.6, 4.2, 3.1))
    .join('')
  const soles = pose.soles.map(([x, y]) => ellipse(x, y, 4.6, 5)).join('')
  const legWidth = person ? 6 : 7
  const armWidth = person ? 5 : 5.6

  const headTransform = path`translate(${head.x} ${head.y})` + (head.tilt ? path` rotate(${head.tilt})` : '')
  const rim =
    `<g fill="#fffdf6" stroke="#fffdf6" stroke-width="4.4" stroke-linejoin="round"><path d="${torso}${worn.silhouette}${soles}${person ? hands + feet : ''}"/>` +
    grouped(headTransform, `<path d="${drawnHead.silhouette}"/>${worn.headRim}`) +
    '</g>' +
    stroked(legs + arms, '#fffdf6', legWidth + 4.6) +
    tail.rim
  const pattern = person
    ? filled(
        pose.lying
          ? rectangle(body.x + (pose.facing > 0 ? 0.35 : -1.35) * body.rx, body.y - body.ry, body.rx, 2 * body.ry)
          : rectangle(body.x - body.rx, body.y + body.ry * 0.5, 2 * body.rx, body.ry),
        TROUSERS,
      )
    : `<g transform="translate(${body.x} ${body.y.toFixed(2)})">${bodyPattern(individual, body, pose.lying, second)}</g>`
  const paws = mix(coat, '#ffffff', 0.35)

  const figure =
    rim +
    tail.elements +
    worn.behind +
    grouped(headTransform, drawnHead.behind) +
    limb(legs, person ? TROUSERS : coat, legWidth) +
    (person ? outlined(feet, SHOES, INK, 1) : '') +
    outlined(torso, person ? second : coat) +
    (person || individual.pattern !== 'plain' ? clipped(`${placement.id}b`, torso, pattern) : '') +
    (soles && outlined(soles, person ? SHOES : paws, INK, 1.1)) +
    limb(arms, person ? second : coat, armWidth) +
    (person ? outlined(hands, skinColour(individual.traits.mark), INK, 1) : '') +
    worn.neck +
    grouped(headTransform, drawnHead.elements + worn.head)

  const width = pose.lying ? 24 : body.rx + 7
  // A runner leans out of the middle of its place: its feet stay behind.
  const x = placement.x - (action === 'running' ? 3 * pose.facing : 0)
  const shadow = `<path d="${ellipse(x, placement.y, width * (pose.lift ? 0.7 : 1), pose.lift ? 2.4 : 3)}" fill="#0b0b20" fill-opacity="${pose.lift ? 0.42 : 0.26}"/>`
  const transform =
    path`translate(${x} ${placement.y - pose.lift}) scale(${placement.scale})` +
    (pose.lean ? path` rotate(${pose.lean})` : '')
  return shadow + grouped(transform, figure) + grouped(path`translate(${x} ${placement.y})`, drawProps(action, pose))
}

/** What tells an action besides the pose: a ball, a sleeper's z, a runner's dust. */
function drawProps(action: Character['action'], { facing: f }: Pose): string {
  switch (action) {
    case 'playing':
      return (
        outlined(ellipse(f * 17, -8, 7.5), '#ff5148') +
        filled(path`M${f * 17 - 7} -8a7 3.2 0 0 0 14 0a7 5.4 0 0 1 -14 0z`, '#ffffff') +
        filled(ellipse(f * 17 - 2.4, -11.4, 2, 1.6), '#ffd0c8')
      )
    case 'sleeping': {
      const z = (x: number, y: number, s: number) => path`M${x} ${y}h${s}l${-s} ${s}h${s}`
      const d = z(f * 12 - 3, -29, 5) + z(f * 17 - 3, -41, 7)
      return stroked(d, INK, 4) + stroked(d, '#ffffff', 2)
    }
    case 'running': {
      const d = path`M${-f * 14} -24h${-f * 6}M${-f * 12} -33h${-f * 8}M${-f * 10} -42h${-f * 7}`
      return (
        stroked(d, INK, 3.2) +
        stroked(d, '#ffffff', 1.7) +
        outlined(ellipse(-f * 13, -2, 3) + ellipse(-f * 18.5, -2.6, 2.2), '#f2ede2', INK, 0.9)
      )
    }
    case 'standing':
    case 'sitting':
    case 'jumping':
      return ''
  }
}

function drawTail(individual: Individual, pose: Pose, coat: string, second: string): { elements: string; rim: string } {
  const { x, y, side: s } = pose.tail
  const length = individual.traits.tail
  const line = (d: string, width: number) => ({
    elements: limb(d, coat, width),
    rim: stroked(d, '#fffdf6', width + 4.6),
  })
  const shape = (d: string, elements: string) => ({
    elements,
    rim: `<path d="${d}" fill="#fffdf6" stroke="#fffdf6" stroke-width="4.4"/>`,
  })
  // A sleeper lies at the picture's edge already: the tail goes up instead of out.
  const out = pose.lying ? 0.4 : 1
  switch (individual.kind) {
    case 'cat': {
      const l = 10 + 12 * length
      return line(
        path`M${x} ${y}c${s * 9 * out} 2 ${s * 13 * out} ${-l * 0.2} ${s * 9 * out} ${-l * 0.6}q${s * -1} ${-l * 0.3} ${s * 3.5 * out} ${-l * 0.45}`,
        4.2,
      )
    }
    case 'dog': {
      const l = 7 + 9 * length
      return line(path`M${x} ${y}q${s * l * 0.9 * out} 1 ${s * l * out} ${-l * 0.9}`, 5.4)
    }
    case 'rabbit': {
      const d = ellipse(x + s * 4.5 * out, y - (pose.lying ? 3 : 0), 3.4 + 2.6 * length)
      return shape(d, outlined(d, mix(coat, '#ffffff', 0.5)))
    }
    case 'bear': {
      const d = ellipse(x + s * 4 * out, y - (pose.lying ? 3 : 0), 2.6 + 2.2 * length)
      return shape(d, outlined(d, coat))
    }
    case 'fox': {
      const l = 15 + 10 * length
      const w = 7
      const tipX = x + s * 12 * out
      const d = path`M${x} ${y + 2}C${x + s * (w + 12) * out} ${y + 5} ${tipX + s * w} ${y - l * 0.5} ${tipX - s} ${y - l}C${tipX - s * w * 1.5} ${y - l * 0.6} ${x + s * 2} ${y - l * 0.3} ${x} ${y - 5}z`
      const tip = individual.pattern === 'bellied' ? second : mix(coat, '#ffffff', 0.75)
      return shape(
        d,
        outlined(d, coat) +
          filled(
            path`M${tipX - s} ${y - l + 1.4}Q${tipX - s * 5} ${y - l * 0.8} ${tipX - s * 4.6} ${y - l * 0.68}L${tipX - s} ${y - l * 0.6}L${tipX + s * 2.6} ${y - l * 0.66}Q${tipX + s * 2} ${y - l * 0.85} ${tipX - s} ${y - l + 1.4}z`,
            tip,
          ),
      )
    }
    case 'person':
      return { elements: '', rim: '' }
  }
}
