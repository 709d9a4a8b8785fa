/**
 * Looks at a lesson's photos with the built-in model, and makes the lesson's other pictures. Who was understood is
 * rendered anew in other scenes; soft-positives share some of its attributes and are ranked by how alike the model finds
 * them; hard negatives differ in one or two attributes, which the "no" names.
 */
import type { ModelContext } from '../answering/context.ts'
import { toPictures } from '../answering/pixels.ts'
import { encodePictures } from '../answering/seeing.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { mirrored, type RgbImage } from '../image.ts'
import type {
  Gallery,
  Look,
  Looking,
  OtherPicture,
  QuestionAnswer,
  SoftPositive,
  SubjectPicture,
} from '../learning/gallery.ts'
import { placeholder } from '../learning/gallery.ts'
import { fill, RECOGNITION_NO } from '../learning/templates.ts'
import type { Random } from '../random.ts'
import {
  agreement,
  type Belief,
  chooseCharacters,
  combine,
  likeliestIndividual,
  sampleBelieved,
  testimonies,
} from './belief.ts'
import { describe } from './language/captions.ts'
import { request } from './language/drawing.ts'
import { lookalike } from './language/introductions.ts'
import { differing } from './language/seeing.ts'
import {
  answer,
  changed,
  claim,
  claimQuestion,
  differences,
  question,
  type Subject,
  topicsOf,
} from './language/topics.ts'
import { type ReadPicture, readCharacters, readProfiles } from './reading.ts'
import { renderScene } from './renderer.ts'
import { rowStart } from './row-start.ts'
import { type Individual, type Scene, sampleIndividual, sampleScene } from './scene.ts'
import { lookAgain } from './second-look.ts'

/** How many pictures of each sort. */
const COUNTS = { likenesses: 24, softPositives: 30, hard: 48, easy: 16, heldOut: { likenesses: 10, hard: 14, easy: 6 } }
/** Share of pictures in which somebody else stands beside. */
const COMPANY = 0.3
/** Pictures encoded in one run. */
const BATCH = 4

/** Looks at drawings of the built-in world. */
export const lookAtDrawings: Looking = async (context, { name, photos }, random, stepping) => {
  await nextStep(stepping)
  const codes = await encodePictures(context, photos)
  const mirrors = await encode(context, photos.map(mirrored), stepping)
  const read = await readProfiles(context.model, context.template, [...codes, ...mirrors], stepping)
  const said = photos.map((_, i) => testimonies(read[i]!.characters, read[photos.length + i]!.characters))
  const chosen = chooseCharacters(said)
  const glimpses = photos.map((_, i) => ({ codes: codes[i]!, scene: read[i]!, subject: chosen[i]! }))
  const belief = await lookAgain(
    context,
    combine(said.map((characters, i) => characters[chosen[i]!]!)),
    glimpses,
    stepping,
  )
  const individual = likeliestIndividual(belief)
  return {
    start: rowStart(context, belief, name),
    description: describe(individual, random.fork('description')),
    photos: photos.map((_, i) => {
      const scene = sceneOf(read[i]!, chosen[i]!, individual)
      return [subjectPicture(codes[i]!, scene), subjectPicture(mirrors[i]!, flipped(scene))]
    }),
    ask: askOf({ individual }),
    imagine: (random, stepping) => imagine(context, belief, individual, random, stepping),
  } satisfies Look
}

/** The scene that was read, with the subject first and as it was understood from all photos. */
function sceneOf({ place, characters }: ReadPicture, chosen: number, individual: Individual): Scene {
  const { action, side } = characters[chosen]!
  const first = { individual, action, side }
  const companion = characters[1 - chosen]
  if (!companion) return { place, characters: [first], variation: 0 }
  const second = { ...companion, individual: likeliestIndividual(combine([{ reading: companion.slots }])) }
  return { place, characters: [first, second], variation: 0 }
}

function flipped(scene: Scene): Scene {
  const swapped = { left: 'right', middle: 'middle', right: 'left' } as const
  const characters = scene.characters.map(character => ({ ...character, side: swapped[character.side] }))
  return { ...scene, characters: characters as unknown as Scene['characters'] }
}

function subjectPicture(codes: readonly number[], scene: Scene): SubjectPicture {
  return { codes, request: requestOf(scene), ask: askOf({ ...scene.characters[0], place: scene.place }) }
}

/** A drawing request for the scene; somebody beside the subject is described. */
function requestOf(scene: Scene) {
  return (random: Random): string => {
    const names = scene.characters.map(({ individual }, i) => (i === 0 ? placeholder : describe(individual, random)))
    return request(scene, names, random)
  }
}

/** Questions about what the subject is, wears or does, plain or as yes/no. */
function askOf(subject: Subject) {
  return (random: Random): QuestionAnswer => {
    const topics = topicsOf(subject)
    // In a picture, what looks cannot tell counts as much as looks.
    const here = topics.filter(topic => topic === 'action' || topic === 'place' || topic === 'side')
    const topic = random.pick(here.length > 0 && random.uniform() < 0.5 ? here : topics)
    const claimable = topic !== 'accessory' || subject.individual.accessory !== undefined
    if (random.uniform() < 0.7 || !claimable) {
      return {
        question: question(topic, subject, placeholder, random),
        answer: answer(topic, subject, placeholder, random),
      }
    }
    const yes = random.uniform() < 0.5
    const asked = claim(topic, yes ? subject : changed(topic, subject, random), random)
    return {
      question: claimQuestion(asked, placeholder, random),
      answer: `${yes ? 'yes' : 'no'}, ${placeholder} ${claim(topic, subject, random)}.`,
    }
  }
}

async function imagine(
  context: ModelContext,
  belief: Belief,
  individual: Individual,
  random: Random,
  stepping: Stepping,
): Promise<Gallery> {
  const size = context.model.config.vq.resolution
  const draw = async (scenes: readonly Scene[]) => {
    const images: RgbImage[] = []
    for (const scene of scenes) images.push(await renderScene(scene, size))
    return encode(context, images, stepping)
  }
  const company = (one: Individual): readonly [Individual] | readonly [Individual, Individual] =>
    random.uniform() < COMPANY ? [one, unlike(individual, random)] : [one]
  const likenesses = async (count: number): Promise<SubjectPicture[]> => {
    const scenes = Array.from({ length: count }, () => sampleScene(random, company(individual)))
    const codes = await draw(scenes)
    return scenes.map((scene, i) => subjectPicture(codes[i]!, scene))
  }
  const others = async (count: number, hard: boolean): Promise<OtherPicture[]> => {
    const scenes = Array.from({ length: count }, () => otherScene(individual, hard, company, random))
    const codes = await draw(scenes)
    return scenes.map((scene, i) => otherPicture(codes[i]!, scene, individual, hard))
  }
  return {
    likenesses: await likenesses(COUNTS.likenesses),
    softPositives: await softPositives(context, belief, draw, random, stepping),
    others: [...(await others(COUNTS.hard, true)), ...(await others(COUNTS.easy, false))],
    heldOut: {
      likenesses: await likenesses(COUNTS.heldOut.likenesses),
      others: [...(await others(COUNTS.heldOut.hard, true)), ...(await others(COUNTS.heldOut.easy, false))],
    },
  }
}

/** Somebody who can be told from the subject in any pose. */
function unlike(subject: Individual, random: Random): Individual {
  for (;;) {
    const individual = sampleIndividual(random)
    if (differences(subject, { individual, action: 'sleeping' }).length > 0) return individual
  }
}

function otherScene(
  subject: Individual,
  hard: boolean,
  company: (one: Individual) => readonly [Individual] | readonly [Individual, Individual],
  random: Random,
): Scene {
  for (;;) {
    const one = hard ? lookalike(random, subject, random.uniform() < 0.65 ? 1 : 2) : unlike(subject, random)
    const scene = sampleScene(random, company(one))
    // A sleeper that differs in its eyes alone cannot be told apart.
    if (differences(subject, scene.characters[0]).length > 0) return scene
  }
}

function otherPicture(codes: readonly number[], scene: Scene, subject: Individual, hard: boolean): OtherPicture {
  return {
    codes,
    hard,
    deny: random => {
      const phrase = differing(scene, subject, 0, random)
      if (random.uniform() < 0.6) return `no, ${phrase}.`
      return `${fill(random.pick(RECOGNITION_NO), { name: placeholder })} ${phrase}.`
    },
  }
}

/**
 * Individuals from near to far of what was read, ranked by how alike the model itself finds their pictures: 15 groups, of
 * which group i (0 = least alike) has i + 1 tokens.
 */
async function softPositives(
  context: ModelContext,
  belief: Belief,
  draw: (scenes: readonly Scene[]) => Promise<number[][]>,
  random: Random,
  stepping: Stepping,
): Promise<SoftPositive[]> {
  const scenes = Array.from({ length: COUNTS.softPositives }, (_, i) => {
    let individual = sampleBelieved(belief, random)
    for (let changes = i % 5; changes > 0; changes--) individual = lookalike(random, individual, 1)
    return sampleScene(random, [individual])
  })
  const codes = await draw(scenes)
  const read = await readCharacters(context.model, context.template, codes, stepping)
  const alike = read.map(characters => agreement(characters[0]!.slots, belief.slots))
  const order = scenes.map((_, i) => i).sort((a, b) => alike[a]! - alike[b]!)
  const groups = context.template.tokens - 1
  return order.map((at, rank) => ({
    codes: codes[at]!,
    tokens: 1 + Math.floor((rank * groups) / order.length),
    request: requestOf(scenes[at]!),
  }))
}

async function encode({ model }: ModelContext, images: readonly RgbImage[], stepping: Stepping): Promise<number[][]> {
  const codes: number[][] = []
  for (let from = 0; from < images.length; from += BATCH) {
    await nextStep(stepping)
    const pictures = await toPictures(images.slice(from, from + BATCH), model.config.vq.resolution)
    codes.push(...(await model.pictures.encode(pictures)))
  }
  return codes
}
