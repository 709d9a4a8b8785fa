/** Where the parts of a body lie in each of the six actions. */
import type { Action, Individual } from '../scene.ts'

/**
 * Measures in pixels of the 96 × 96 picture, (0, 0) on the ground below the character, y downwards. `facing` (±1) has
 * been worked in already.
 */
export interface Pose {
  /** Degrees by which body, limbs and head lean together, about (0, 0). */
  readonly lean: number
  /** Pixels above the ground. */
  readonly lift: number
  readonly body: { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number }
  readonly lying: boolean
  readonly head: {
    readonly x: number
    readonly y: number
    readonly tilt: number
    readonly rx: number
    readonly ry: number
  }
  /** Limbs from joint to paw. */
  readonly legs: readonly Line[]
  readonly arms: readonly Line[]
  /** Feet stretched towards the onlooker. */
  readonly soles: readonly (readonly [x: number, y: number])[]
  /** Where the tail begins, and the side (±1) it points to. */
  readonly tail: { readonly x: number; readonly y: number; readonly side: number }
  readonly facing: number
  readonly asleep: boolean
}
type Line = readonly [x1: number, y1: number, x2: number, y2: number]

export function poseOf(individual: Individual, action: Action, facing: number): Pose {
  const { traits } = individual
  const person = individual.kind === 'person'
  const scale = 0.88 + 0.24 * traits.head
  const head = { rx: (person ? 13.6 : 15.6) * scale, ry: 13.4 * scale }
  const rx = person ? 8 + 4.5 * traits.build : 8.8 + 5.4 * traits.build
  const ry = person ? 11.5 : 12
  // A person's `tail` trait is the body height.
  const leg = person ? 7 + 8 * traits.tail : 7
  const f = facing
  const upright = (drop: number, widen = 1, lean = 0) => {
    const y = -leg - ry * 0.72 + drop
    return {
      lean: lean * f,
      lift: 0,
      body: { x: 0, y, rx: rx * widen, ry },
      lying: false,
      head: { ...head, x: 0, y: y - ry - head.ry + 5, tilt: 0 },
      soles: [],
      tail: { x: -f * rx * 0.6 * widen, y: y + ry * 0.55, side: -f },
      facing: f,
      asleep: false,
    }
  }
  const shoulder = (pose: { body: { y: number } }) => pose.body.y - ry * 0.45
  const hip = rx * 0.52
  switch (action) {
    case 'standing': {
      const pose = upright(0)
      const top = shoulder(pose)
      return {
        ...pose,
        legs: [
          [-hip, -leg - 4, -hip, -3.5],
          [hip, -leg - 4, hip, -3.5],
        ],
        arms: [
          [-rx * 0.82, top, -rx - 2.5, top + 11],
          [rx * 0.82, top, rx + 2.5, top + 11],
        ],
      }
    }
    case 'sitting': {
      const pose = upright(leg - ry * 0.12, 1.14)
      const top = shoulder(pose)
      return {
        ...pose,
        legs: [
          [-rx * 0.6, -5, -rx - 3, -4],
          [rx * 0.6, -5, rx + 3, -4],
        ],
        soles: [
          [-rx - 3, -4.5],
          [rx + 3, -4.5],
        ],
        arms: [
          [-rx * 0.8, top, -rx * 0.42, top + 10],
          [rx * 0.8, top, rx * 0.42, top + 10],
        ],
      }
    }
    case 'sleeping': {
      const length = 14 + 2 * traits.build + (person ? 3 * (traits.tail - 0.5) : 0)
      const height = 8 + 2.6 * traits.build
      const body = { x: 7 * f, y: -height - 0.5, rx: length, ry: height }
      return {
        lean: 0,
        lift: 0,
        body,
        lying: true,
        head: { ...head, x: -7.5 * f, y: -head.ry * 0.98, tilt: -14 * f },
        legs: [[f * (7 + length * 0.5), -4.5, f * (7 + length * 0.92), -4]],
        soles: [],
        arms: [[2 * f, -6, -6 * f, -3.5]],
        tail: { x: f * (7 + length * 0.8), y: -height * 0.9, side: f },
        facing: f,
        asleep: true,
      }
    }
    case 'running': {
      const pose = upright(-1, 1, 13)
      const top = shoulder(pose)
      return {
        ...pose,
        legs: [
          [-hip * f, -leg - 4, -f * (rx + 8), -leg - 1],
          [hip * f, -leg - 4, f * (rx + 3), -2],
        ],
        arms: [
          [-rx * 0.8 * f, top, -f * (rx + 6), top + 5],
          [rx * 0.8 * f, top, f * (rx + 6), top + 1],
        ],
      }
    }
    case 'jumping': {
      const pose = upright(0)
      const top = shoulder(pose)
      return {
        ...pose,
        lift: 12,
        legs: [
          [-hip, -leg - 4, -hip - 6, -4],
          [hip, -leg - 4, hip + 6, -4],
        ],
        arms: [
          [-rx * 0.8, top + 2, -rx - 8, top - 7],
          [rx * 0.8, top + 2, rx + 8, top - 7],
        ],
      }
    }
    case 'playing': {
      const pose = upright(0, 1, -7)
      const top = shoulder(pose)
      return {
        ...pose,
        legs: [
          [-hip * f, -leg - 4, -hip * f, -3],
          [hip * f, -leg - 4, f * (hip + 7), -leg + 1],
        ],
        arms: [
          [-rx * 0.8 * f, top + 1, -f * (rx + 8), top - 6],
          [rx * 0.8 * f, top, f * (rx + 8), top + 2],
        ],
      }
    }
  }
}
