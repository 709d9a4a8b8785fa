/**
 * One fresh subject of the drawn world: taught from four pictures, then scored on pictures never taught, beside the rows
 * before the first step and the base model with a description in words.
 */
import type { ModelContext } from '../answering/context.ts'
import { toPictures } from '../answering/pixels.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { Lesson, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { defaultRecipe, type Recipe } from '../learning/recipe.ts'
import { teach } from '../learning/teach.ts'
import { DRAWING_REQUESTS, fill } from '../learning/templates.ts'
import { createRandom, type Random } from '../random.ts'
import { identityJudge, sceneJudge } from '../storybook/judge.ts'
import { describe, scenePhrase } from '../storybook/language/captions.ts'
import { pickNames } from '../storybook/language/pieces.ts'
import { type ChoiceItem, chosenOption, conceptQuestions, recognitionScenes } from '../storybook/language/questions.ts'
import { renderScene } from '../storybook/renderer.ts'
import { type Individual, type Scene, sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { ask, draw, type Known, presence } from './known.ts'

/** How a subject is known. */
export const knowns = ['learned', 'start', 'prompt_only'] as const
export type KnownAs = (typeof knowns)[number]

/** Shares of what was right, 0…1, and seconds. */
export interface SubjectScores {
  readonly positive: number
  /** On all pictures of somebody else, lookalikes among them. */
  readonly negative: number
  readonly lookalike: number
  readonly qa: number
  readonly choice: number
  readonly identity_r1: number
  readonly scene_r1: number
  readonly teach_seconds: number
}

/** How much is asked about a subject. */
export interface Extent {
  /** Pictures each of the subject, of others and of lookalikes. */
  readonly pictures: number
  /** Scenes whose circumstances are asked about. */
  readonly questioned: number
  readonly drawings: number
}
export const fullExtent: Extent = { pictures: 12, questioned: 3, drawings: 6 }
const photosTaught = 4

export interface SubjectOptions {
  readonly extent?: Extent
  readonly recipe?: Recipe
  readonly progress?: (progress: TeachProgress) => void
}

export async function evaluateSubject(
  context: ModelContext,
  seed: string,
  stepping: Stepping,
  { extent = fullExtent, recipe = defaultRecipe, progress = () => {} }: SubjectOptions = {},
): Promise<Record<KnownAs, SubjectScores>> {
  const random = createRandom(seed)
  const individual = sampleIndividual(random)
  const [name] = pickNames(random, 1) as [string]
  const photos: RgbImage[] = []
  for (let i = 0; i < photosTaught; i++) photos.push(await renderScene(sampleScene(random, [individual])))
  const lesson: Lesson = { name, kind: individual.kind === 'person' ? 'person' : 'pet', photos, seed: 1 }
  const test = await sampleTest(context, individual, name, random.fork('test'), extent)

  const begun = performance.now()
  // A lesson without a step ends with the rows it begins with.
  const start = await teach(context, lesson, stepping, { ...recipe, steps: 0 })
  const looked = performance.now()
  const learned = await teach(context, lesson, { ...stepping, progress }, recipe)
  const seconds = { start: (looked - begun) / 1_000, learned: (performance.now() - looked) / 1_000, prompt_only: 0 }
  const ways: Record<KnownAs, Known> = {
    learned: { name, concept: learned },
    start: { name, concept: start },
    prompt_only: { name, facts: [`${name} is ${describe(individual, random.fork('description'))}.`] },
  }
  const scores: Partial<Record<KnownAs, SubjectScores>> = {}
  for (const way of knowns) {
    const score = await takeTest(context, ways[way], test, stepping)
    scores[way] = { ...score, teach_seconds: seconds[way] }
  }
  return scores as Record<KnownAs, SubjectScores>
}

interface Test {
  readonly seed: string
  readonly individual: Individual
  readonly pictures: readonly { readonly codes: number[]; readonly shows: 'subject' | 'other' | 'lookalike' }[]
  readonly questions: readonly { readonly item: ChoiceItem; readonly images: readonly RgbImage[] }[]
  readonly drawings: readonly { readonly scene: Scene; readonly text: string }[]
}

async function sampleTest(
  { model }: ModelContext,
  individual: Individual,
  name: string,
  random: Random,
  extent: Extent,
): Promise<Test> {
  const pictures: Test['pictures'][number][] = []
  for (const { scene, shows } of recognitionScenes(individual, random, extent.pictures)) {
    const picture = await toPictures([await renderScene(scene)], model.config.vq.resolution)
    const [codes] = (await model.pictures.encode(picture)) as [number[]]
    pictures.push({ codes, shows })
  }
  const named = { name, individual }
  const questions: Test['questions'][number][] = conceptQuestions(named, undefined, random).map(item => ({
    item,
    images: [],
  }))
  for (let i = 0; i < extent.questioned; i++) {
    const scene = sampleScene(random, [individual])
    const images = [await renderScene(scene)]
    const items = conceptQuestions(named, scene, random).filter(({ topic }) => /action|place|side/.test(topic))
    questions.push(...items.map(item => ({ item, images })))
  }
  const drawings = Array.from({ length: extent.drawings }, () => {
    const scene = sampleScene(random, [individual])
    const phrase = scenePhrase(scene.characters[0], scene.place, random, { action: true, side: true, place: true })
    return { scene, text: fill(random.pick(DRAWING_REQUESTS), { name, scene: phrase }) }
  })
  return { seed: `${random.integer(2 ** 31)}`, individual, pictures, questions, drawings }
}

async function takeTest(
  context: ModelContext,
  known: Known,
  { seed, individual, pictures, questions, drawings }: Test,
  stepping: Stepping,
): Promise<Omit<SubjectScores, 'teach_seconds'>> {
  const margins = await presence(
    context,
    pictures.map(({ codes }) => codes),
    known,
    stepping,
  )
  const accuracy = (among: (shows: string) => boolean) =>
    share(pictures.flatMap(({ shows }, i) => (among(shows) ? [margins[i]! >= 0 === (shows === 'subject')] : [])))

  const answers: boolean[] = []
  const choices: boolean[] = []
  for (const { item, images } of questions) {
    const { text, image } = await ask(context, known, item.question, images, stepping)
    answers.push(chosenOption(item.options, text) === item.answer)
    choices.push(image === undefined)
  }

  const texts = drawings.map(({ text }) => text)
  const { images, chosen } = await draw(context, known, texts, stepping)
  const identities: boolean[] = []
  const places: boolean[] = []
  for (const [i, { scene }] of drawings.entries()) {
    await nextStep(stepping)
    const random = createRandom(`${seed}/${i}`)
    identities.push((await identityJudge(images[i]!, individual, scene, random)) === 1)
    places.push((await sceneJudge(images[i]!, scene, random)).place)
  }
  return {
    positive: accuracy(shows => shows === 'subject'),
    negative: accuracy(shows => shows !== 'subject'),
    lookalike: accuracy(shows => shows === 'lookalike'),
    qa: share(answers),
    choice: share([...choices, ...chosen]),
    identity_r1: share(identities),
    scene_r1: share(places),
  }
}

const share = (right: readonly boolean[]) => right.filter(Boolean).length / right.length
