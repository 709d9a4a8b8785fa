/**
 * Judges of drawings that do not share the model's blind spots: the drawn world can render any scene, so a drawing is
 * scored by which rendering it is retrieved as. Features and distances are fixed, nothing here is learned.
 */
import type { RgbImage } from '../image.ts'
import type { Random } from '../random.ts'
import { type Box, distortionDistance, type Shift, shifted, shiftedDistance } from './distortion.ts'
import { featureDistance, pictureFeature } from './feature.ts'
import { toOklab } from './oklab.ts'
import { renderScene } from './renderer.ts'
import {
  ACTIONS,
  type Character,
  type Individual,
  PLACES,
  type Scene,
  SIDES,
  sampleIndividual,
  sampleLookalike,
  sampleScene,
} from './scene.ts'

export { pictureFeature, rankByFeature, retrieve } from './feature.ts'

const VARIATIONS = 2 ** 31

/** Renderings from which the ones that lie most like the drawing are taken. */
const VARIATIONS_TRIED = 16

/** Pixels by which a drawing may lie beside where a rendering would: −3…3 both ways. */
const SHIFTS: readonly Shift[] = Array.from({ length: 49 }, (_, i) => ({ dx: (i % 7) - 3, dy: Math.floor(i / 7) - 3 }))

function expectSquare({ width, height }: RgbImage): number {
  if (width !== height) throw new RangeError(`Expected a square drawing but received ${width} × ${height} pixels`)
  return width
}

const withFirst = (scene: Scene, first: Character): Scene => ({
  ...scene,
  characters: scene.characters.length === 2 ? [first, scene.characters[1]] : [first],
})

const withIndividual = (scene: Scene, individual: Individual, variation: number): Scene => ({
  ...withFirst(scene, { ...scene.characters[0], individual }),
  variation,
})

/** Whether a picture with closed eyes would show no difference. */
function differsInEyesOnly(a: Individual, b: Individual): boolean {
  const rest = ({ eyes: _eyes, traits: _traits, ...named }: Individual) => JSON.stringify(Object.entries(named).sort())
  return rest(a) === rest(b)
}

/** Those among whom a drawing of the subject is looked for: itself first, then its lookalikes. */
function sampleLineup(random: Random, subject: Individual, lookalikes: number, asleep: boolean): Individual[] {
  const lineup = [subject]
  while (lineup.length <= lookalikes) {
    const lookalike = sampleLookalike(random, subject, random.uniform() < 0.5 ? 1 : 2)
    if (!asleep || !differsInEyesOnly(lookalike, subject)) lineup.push(lookalike)
  }
  return lineup
}

/** The part of the picture in which anybody of the line-up differs from the first, with a margin. */
function differingBox(pictures: readonly Float32Array[], size: number): Box {
  const margin = 4
  const [first, ...others] = pictures as [Float32Array, ...Float32Array[]]
  let [left, top, right, bottom] = [size, size, 0, 0]
  for (const other of others)
    for (let i = 0; i < size * size; i++) {
      let difference = 0
      for (let channel = 0; channel < 3; channel++)
        difference += Math.abs(first[3 * i + channel]! - other[3 * i + channel]!)
      if (difference < 0.08) continue
      left = Math.min(left, i % size)
      right = Math.max(right, i % size)
      top = Math.min(top, Math.floor(i / size))
      bottom = Math.max(bottom, Math.floor(i / size))
    }
  return {
    left: Math.max(0, left - margin),
    top: Math.max(0, top - margin),
    right: Math.min(size, right + margin + 1),
    bottom: Math.min(size, bottom + margin + 1),
  }
}

/**
 * The rank (1 = first) of the subject when `drawing` is compared with renderings of the subject and of lookalikes that
 * differ in one or two named attributes, all in the same place, action and side. Identity R@1 is the share of rank 1.
 *
 * Everybody is rendered with the same variations, so that clouds and trees favour nobody; of 16 variations those
 * are used that lie most like the drawing, which may be up to three pixels off. Of a sleeper, whose eyes are closed, nobody is a lookalike by eyes alone.
 *
 * @param scene what was asked for; its first character is the subject, whose place the lookalikes take
 */
export async function identityJudge(
  drawing: RgbImage,
  subject: Individual,
  scene: Scene,
  random: Random,
  { lookalikes = 49, rendersEach = 2 }: { lookalikes?: number; rendersEach?: number } = {},
): Promise<number> {
  const size = expectSquare(drawing)
  const lineup = sampleLineup(random, subject, lookalikes, scene.characters[0].action === 'sleeping')
  const query = toOklab(drawing)
  const render = async (individual: Individual, variation: number) =>
    toOklab(await renderScene(withIndividual(scene, individual, variation), size))

  // Two of the line-up, whoever they are, stand for all while variation and position are looked for.
  const models = random.shuffle([...lineup]).slice(0, 2)
  const views: { variation: number; shift: Shift; distance: number }[] = []
  for (let k = 0; k < Math.max(VARIATIONS_TRIED, rendersEach); k++) {
    const variation = random.integer(VARIATIONS)
    const pictures: Float32Array[] = []
    for (const model of models) pictures.push(await render(model, variation))
    const tried = SHIFTS.map(shift => ({ variation, shift, distance: shiftedDistance(query, pictures, size, shift) }))
    views.push(tried.reduce((best, view) => (view.distance < best.distance ? view : best)))
  }
  views.sort((a, b) => a.distance - b.distance)

  const distances = new Float64Array(lineup.length)
  for (const { variation, shift } of views.slice(0, rendersEach)) {
    const moved = shifted(query, size, shift)
    const pictures: Float32Array[] = []
    for (const individual of lineup) pictures.push(await render(individual, variation))
    const box = differingBox(pictures, size)
    for (const [i, picture] of pictures.entries()) distances[i]! += distortionDistance(moved, picture, size, size, box)
  }
  return 1 + distances.filter(distance => distance < distances[0]!).length
}

/** The least distance between `query` and a rendering of `scene` in one of `variations`. */
async function nearestRendering(query: Float32Array, scene: Scene, variations: readonly number[], size: number) {
  let least = Number.POSITIVE_INFINITY
  for (const variation of variations) {
    const picture = await renderScene({ ...scene, variation }, size)
    least = Math.min(least, featureDistance(query, pictureFeature(picture)))
  }
  return least
}

export interface SceneVerdict {
  readonly place: boolean
  readonly action: boolean
  readonly side: boolean
}

/**
 * Whether the asked place is nearest to the drawing among the eight places, the first character's action among the six, and its
 * side among the sides (of two characters: among the two orders), all else as asked.
 */
export async function sceneJudge(
  drawing: RgbImage,
  scene: Scene,
  random: Random,
  { rendersEach = 6 }: { rendersEach?: number } = {},
): Promise<SceneVerdict> {
  const size = expectSquare(drawing)
  const query = pictureFeature(drawing)
  const variations = Array.from({ length: rendersEach }, () => random.integer(VARIATIONS))
  const distanceTo = (alternative: Scene) => nearestRendering(query, alternative, variations, size)
  const asked = await distanceTo(scene)
  const isNearest = async (alternatives: readonly Scene[]) => {
    for (const alternative of alternatives) if ((await distanceTo(alternative)) < asked) return false
    return true
  }
  const [first, second] = scene.characters
  const sides: Scene[] = second
    ? [
        {
          ...scene,
          characters: [
            { ...first, side: second.side },
            { ...second, side: first.side },
          ],
        },
      ]
    : SIDES.filter(side => side !== first.side).map(side => withFirst(scene, { ...first, side }))
  return {
    place: await isNearest(PLACES.filter(place => place !== scene.place).map(place => ({ ...scene, place }))),
    action: await isNearest(
      ACTIONS.filter(action => action !== first.action).map(action => withFirst(scene, { ...first, action })),
    ),
    side: await isNearest(sides),
  }
}

/**
 * The rank (1 = first) of the asked scene when `drawing` is compared with renderings of `among` scenes: the asked one and others
 * with as many characters drawn at random, each in the same `rendersEach` variations of which the nearest counts.
 */
export async function promptJudge(
  drawing: RgbImage,
  scene: Scene,
  random: Random,
  among = 100,
  rendersEach = 2,
): Promise<number> {
  const size = expectSquare(drawing)
  const query = pictureFeature(drawing)
  const variations = Array.from({ length: rendersEach }, () => random.integer(VARIATIONS))
  const distances: number[] = []
  for (let i = 0; i < among; i++) {
    let candidate = scene
    if (i > 0) {
      const first = sampleIndividual(random)
      candidate = sampleScene(random, scene.characters.length === 2 ? [first, sampleIndividual(random)] : [first])
    }
    distances.push(await nearestRendering(query, candidate, variations, size))
  }
  return 1 + distances.filter(distance => distance < distances[0]!).length
}
