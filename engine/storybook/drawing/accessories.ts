/** What a character wears: behind the body, around the neck, or on the head. */
import type { Individual } from '../scene.ts'
import { eyePlaces } from './face.ts'
import { ACCESSORY_PAINT, mix } from './palette.ts'
import type { Pose } from './pose.ts'
import { ellipse, filled, grouped, INK, outlined, path, polygon, rectangle, stroked } from './shapes.ts'

export interface Worn {
  /** Under the body, in the body's coordinates. */
  readonly behind: string
  /** Over the body, under the head, in the body's coordinates. */
  readonly neck: string
  /** Over the head, in the head's coordinates. */
  readonly head: string
  /** Path data of `behind` for the rim. */
  readonly silhouette: string
  /** The outline of `head` as elements without paint, for the rim. */
  readonly headRim: string
}

const NOTHING: Worn = { behind: '', neck: '', head: '', silhouette: '', headRim: '' }

export function drawAccessory({ accessory, traits }: Individual, pose: Pose): Worn {
  if (!accessory) return NOTHING
  const paint = ACCESSORY_PAINT[accessory.colour]
  const light = mix(paint, '#ffffff', accessory.colour === 'black' ? 0.35 : 0.5)
  const { rx, ry } = pose.head
  // The neck: where the chin meets the body, a little turned when lying.
  const neck = pose.lying
    ? { x: pose.head.x + pose.facing * rx * 0.72, y: pose.head.y + ry * 0.62, width: 8, turn: -55 * pose.facing }
    : { x: 0, y: pose.head.y + ry * 0.98, width: Math.max(8, pose.body.rx * 0.85), turn: 0 }
  const atNeck = (content: string) =>
    `<g transform="translate(${neck.x.toFixed(1)} ${neck.y.toFixed(1)})${neck.turn ? ` rotate(${neck.turn})` : ''}">${content}</g>`
  const w = neck.width
  switch (accessory.what) {
    case 'collar':
      return {
        ...NOTHING,
        neck: atNeck(
          outlined(path`M${-w} -2.5Q0 3 ${w} -2.5V3.5Q0 9 ${-w} 3.5z`, paint, INK, 1) +
            outlined(ellipse(0, 7.6, 2.8), accessory.colour === 'yellow' ? '#e8f1f8' : '#ffe14d', INK, 0.9),
        ),
      }
    case 'scarf':
      return {
        ...NOTHING,
        neck: atNeck(
          outlined(path`M${w * 0.2} 3h7.5l1.5 17h-8.5z`, paint, INK, 1) +
            filled(path`M${w * 0.2 + 0.8} 14.5h8l.2 2.6h-8z`, light) +
            outlined(
              path`M${-w - 3} -3.5Q0 2 ${w + 3} -3.5Q${w + 5} 2 ${w + 2} 5.5Q0 11 ${-w - 2} 5.5Q${-w - 5} 2 ${-w - 3} -3.5z`,
              paint,
              INK,
              1,
            ) +
            stroked(path`M${-w * 0.55} 0.6l-.6 6M${w * 0.5} 0.6l.6 6`, light, 2.2),
        ),
      }
    case 'cape': {
      const { body } = pose
      const mantle = pose.lying
        ? path`M${-w} -2Q0 3 ${w} -2V2Q0 6.5 ${-w} 2z`
        : path`M${-w - 1} -4Q0 2 ${w + 1} -4Q${w + 5} 2 ${w + 4} 6Q${w * 0.4} 4 0 4Q${-w * 0.4} 4 ${-w - 4} 6Q${-w - 5} 2 ${-w - 1} -4z`
      const clasp = atNeck(outlined(mantle, paint, INK, 1) + outlined(ellipse(0, 4, 2.2), '#ffe14d', INK, 0.8))
      if (pose.lying) {
        const f = pose.facing
        const left = body.x - f * body.rx * 0.72
        const right = body.x + f * (body.rx + 1)
        return {
          ...NOTHING,
          neck:
            outlined(
              path`M${left} ${body.y - body.ry * 0.75}Q${body.x + f * 4} ${body.y - body.ry * 1.5} ${right - f * 2} ${body.y - body.ry * 0.5}Q${right + f * 3} ${body.y + body.ry * 0.4} ${right} ${body.y + body.ry * 0.75}Q${body.x} ${body.y + body.ry * 0.35} ${left + f * 2} ${body.y + body.ry * 0.5}z`,
              paint,
              INK,
              1,
            ) + clasp,
        }
      }
      const top = body.y - body.ry * 0.8
      const bottom = Math.min(-1, body.y + body.ry + 5)
      const flare = body.rx + 11.5
      const d = path`M${-body.rx * 0.6} ${top}Q${-flare * 1.05} ${body.y - 5} ${-flare} ${bottom}Q${-flare * 0.6} ${bottom - 4} ${-flare * 0.3} ${bottom}T${flare * 0.3} ${bottom}T${flare} ${bottom}Q${flare * 1.05} ${body.y - 5} ${body.rx * 0.6} ${top}z`
      return { ...NOTHING, behind: outlined(d, paint), neck: clasp, silhouette: d }
    }
    case 'glasses': {
      const { x, y, radius } = eyePlaces(pose.head, traits.eyeSize)
      const r = radius + 1.5
      const rings = ellipse(-x, y, r) + ellipse(x, y, r)
      const bridge = path`M${-x + r} ${y - 1}Q0 ${y - 2.6} ${x - r} ${y - 1}M${-x - r} ${y}L${-rx * 0.98} ${y - 2}M${x + r} ${y}L${rx * 0.98} ${y - 2}`
      return { ...NOTHING, head: stroked(rings, '#ffffff', 3.6) + stroked(bridge + rings, paint, 2.3) }
    }
    case 'hat': {
      const y = -ry * 0.74
      const half = rx * 0.56
      const crown = path`M${-half} ${y}L${-half * 0.92} ${y - 12}Q0 ${y - 15} ${half * 0.92} ${y - 12}L${half} ${y}z`
      const brim = ellipse(0, y, rx * 0.92, 2.9)
      return {
        ...NOTHING,
        headRim: `<path d="${crown}${brim}"/>`,
        head:
          outlined(crown, paint, INK, 1.1) +
          filled(path`M${-half + 0.5} ${y - 4.6}h${2 * half - 1}v3h${-2 * half + 1}z`, light) +
          outlined(brim, paint, INK, 1.1),
      }
    }
    case 'crown': {
      const y = -ry * 0.66
      const half = rx * 0.6
      const outer = half * 1.12
      const points = [
        [-half, y],
        [-outer, y - 11],
        [-half * 0.5, y - 6],
        [0, y - 13],
        [half * 0.5, y - 6],
        [outer, y - 11],
        [half, y],
      ] as const
      const d = polygon(...points)
      return {
        ...NOTHING,
        headRim: `<path d="${d}"/>`,
        head:
          outlined(d, paint, INK, 1.1) +
          filled(
            ellipse(-half * 1.1, y - 11, 1.7) + ellipse(0, y - 13, 1.9) + ellipse(half * 1.1, y - 11, 1.7),
            '#fff6c9',
          ) +
          filled(rectangle(-half + 0.6, y - 3.6, 2 * half - 1.2, 2.2), light),
      }
    }
    case 'bow': {
      const wing = (s: number) => path`M0 0Q${s * 4} -7 ${s * 9.5} -6Q${s * 11} 0 ${s * 9.5} 6Q${s * 4} 7 0 0z`
      const d = wing(-1) + wing(1)
      const transform = path`translate(${rx * 0.34} ${-ry * 0.86}) rotate(14)`
      return {
        ...NOTHING,
        headRim: `<path transform="${transform}" d="${d}"/>`,
        head: grouped(transform, outlined(d, paint, INK, 1.1) + outlined(ellipse(0, 0, 2.7, 3.1), light, INK, 0.9)),
      }
    }
    case 'flower': {
      const x = -rx * 0.6
      const y = -ry * 0.7
      const petals = Array.from({ length: 5 }, (_, i) => {
        const angle = (2 * Math.PI * i) / 5 - Math.PI / 2
        return ellipse(x + 4.1 * Math.cos(angle), y + 4.1 * Math.sin(angle), 3.3)
      }).join('')
      const middle = filled(ellipse(x, y, 2.8), accessory.colour === 'yellow' ? '#ffffff' : '#ffe14d')
      return {
        ...NOTHING,
        headRim: `<path d="${petals}"/>`,
        head: outlined(petals, paint, INK, 1.6) + filled(petals, paint) + middle,
      }
    }
  }
}
