/** `familiar evaluate base`: how well the built-in model sees, speaks and draws, on scenes that it never saw. */
import { writeFile } from 'node:fs/promises'
import { drawBest } from '../answering/candidates.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import { reconstruct } from '../answering/drawn-world.ts'
import { toPictures } from '../answering/pixels.ts'
import { presenceEvidence } from '../answering/presence.ts'
import { reply } from '../answering/reply.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import { startRows } from '../learning/rows.ts'
import { CAPTION_REQUESTS, DRAWING_REQUESTS, fill } from '../learning/templates.ts'
import { createRandom, type Random } from '../random.ts'
import { chooseDevice } from '../runtime/devices.ts'
import type { Device } from '../runtime/session.ts'
import { certainBelief } from '../storybook/belief.ts'
import { promptJudge } from '../storybook/judge.ts'
import { attributeF1 } from '../storybook/language/attributes.ts'
import { describe, scenePhrase } from '../storybook/language/captions.ts'
import { pickNames } from '../storybook/language/pieces.ts'
import { attributeQuestions, chosenOption, recognitionScenes } from '../storybook/language/questions.ts'
import { readsProfiles } from '../storybook/likeness.ts'
import { renderScene } from '../storybook/renderer.ts'
import { rowStart } from '../storybook/row-start.ts'
import { type Scene, sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { table } from './printing.ts'
import { writeContactSheet } from './sheet.ts'

export interface BaseOptions {
  readonly seed: number
  /** Where a PNG of 24 prompts beside their drawings is written. */
  readonly sheet?: string
  /** Where the scores are written as JSON. */
  readonly json?: string
  /** The model's folder. */
  readonly model: string
  /** How it is opened (`ModelOptions`). */
  readonly halves?: boolean
  readonly device?: Device | 'auto'
  readonly signal?: AbortSignal
  readonly print?: (line: string) => void
  /** How much is asked; smaller for tests. */
  readonly extent?: BaseExtent
}

export interface BaseExtent {
  readonly drawings: number
  readonly scenes: number
  /** Individuals whose presence is asked about, in three pictures of each sort. */
  readonly individuals: number
}
const fullExtent: BaseExtent = { drawings: 48, scenes: 40, individuals: 24 }
const sheetPrompts = 24
const picturesEach = 3

/** Shares of 0…1, except for the error. */
export interface BaseReport {
  /** Drawings that are retrieved first among 100 renderings. */
  readonly drawing_r1: number
  readonly attributes: number
  /** Mean of the accuracies on pictures of somebody defined in the prompt, and of others; lookalikes apart. */
  readonly presence: number
  readonly presence_lookalikes: number
  readonly caption_f1: number
  /** Mean absolute difference of a picture and what its words stand for, of 255. */
  readonly reconstruction_error: number
  readonly seed: number
  readonly fingerprint: string
}

/** @throws FamiliarError when the model is not of the drawn world, CANCELLED */
export async function evaluateBase(options: BaseOptions): Promise<BaseReport> {
  const { seed, sheet, json, signal, print = console.log, extent = fullExtent } = options
  const { device } = await chooseDevice(options.device)
  const context = await openContext(options.model, { device, halves: options.halves })
  try {
    if (!readsProfiles(context)) {
      const message = `Expected a model of the drawn world in ${options.model} but received one without its words`
      throw new FamiliarError('BAD_MODEL', message)
    }
    const random = createRandom(`${seed}/base`)
    const stepping = { signal }
    print('drawing what is asked …')
    const drawn = await drawPrompts(context, random.fork('drawing'), extent.drawings, stepping)
    if (sheet) await writeContactSheet(sheet, drawn.slice(0, sheetPrompts))
    print('judging the drawings …')
    const drawing_r1 = await retrieved(drawn, random.fork('judge'), stepping)
    print('seeing and speaking …')
    const seen = await seeScenes(context, random.fork('seeing'), extent.scenes, stepping)
    print('recognising …')
    const present = await recogniseDefined(context, random.fork('presence'), extent.individuals, stepping)
    const report: BaseReport = { drawing_r1, ...seen, ...present, seed, fingerprint: context.fingerprint }
    print('')
    for (const line of lines(report)) print(line)
    if (json) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    await context.model.close()
  }
}

interface Drawn {
  readonly text: string
  readonly scene: Scene
  readonly image: RgbImage
}

/** One character, or in every fourth picture two, described in words. */
function samplePrompt(random: Random, i: number): Pick<Drawn, 'text' | 'scene'> {
  const pair = i % 4 === 3
  const scene = sampleScene(
    random,
    pair ? [sampleIndividual(random), sampleIndividual(random)] : [sampleIndividual(random)],
  )
  const [first, second] = scene.characters.map(character => {
    const phrase = scenePhrase(character, scene.place, random, { action: true, side: true, place: !pair })
    return `${describe(character.individual, random)} ${phrase}`
  }) as [string, string?]
  const where = pair ? scenePhrase(scene.characters[0], scene.place, random, { place: true }) : ''
  const name = second ? `${first} and ${second}` : first
  return { text: fill(random.pick(DRAWING_REQUESTS), { name, scene: where }), scene }
}

async function drawPrompts(context: ModelContext, random: Random, count: number, stepping: Stepping): Promise<Drawn[]> {
  const { model, template } = context
  const wanted = Array.from({ length: count }, (_, i) => samplePrompt(random, i))
  const drawn: Drawn[] = []
  for (const [i, one] of wanted.entries()) {
    const prompt = [...template.begin(), ...template.userTurn({ text: one.text })]
    const cache = model.language.cache(1, prompt.length)
    await model.language.read(cache, [prompt])
    const { image } = await drawBest(context, cache, i + 1, { text: one.text, concepts: [] }, stepping)
    drawn.push({ ...one, image })
  }
  return drawn
}

async function retrieved(drawn: readonly Drawn[], random: Random, stepping: Stepping): Promise<number> {
  let first = 0
  for (const { image, scene } of drawn) {
    await nextStep(stepping)
    if ((await promptJudge(image, scene, random)) === 1) first++
  }
  return first / drawn.length
}

async function seeScenes(context: ModelContext, random: Random, count: number, stepping: Stepping) {
  const answers: boolean[] = []
  let f1 = 0
  let error = 0
  for (let i = 0; i < count; i++) {
    await nextStep(stepping)
    const first = sampleIndividual(random)
    const scene = sampleScene(random, i % 3 === 2 ? [first, sampleIndividual(random)] : [first])
    const image = await renderScene(scene)
    const ask = async (text: string) => (await reply(context, { text, images: [image], seed: 1 }, stepping)).text
    for (const { question, options, answer } of attributeQuestions(scene, random))
      answers.push(chosenOption(options, await ask(question)) === answer)
    f1 += attributeF1(await ask(random.pick(CAPTION_REQUESTS)), scene) / count
    const [seen] = await reconstruct(
      context.model.pictures,
      await toPictures([image], context.model.config.vq.resolution),
    )
    // From a range of 2 to one of 255.
    error += (seen!.absolute * 127.5) / count
  }
  const attributes = answers.filter(Boolean).length / answers.length
  return { attributes, caption_f1: f1, reconstruction_error: error }
}

/** Somebody is defined by exact words, and asked for in pictures of it, of others and of lookalikes. */
async function recogniseDefined(context: ModelContext, random: Random, count: number, stepping: Stepping) {
  const right = { subject: 0, other: 0, lookalike: 0 }
  for (let i = 0; i < count; i++) {
    const individual = sampleIndividual(random)
    const [name] = pickNames(random, 1) as [string]
    const { rows, headRows } = await startRows(context, rowStart(context, certainBelief(individual), name))
    for (const { scene, shows } of recognitionScenes(individual, random, picturesEach)) {
      const picture = await toPictures([await renderScene(scene)], context.model.config.vq.resolution)
      const codes = await context.model.pictures.encode(picture)
      const [[odds]] = (await presenceEvidence(context, codes, [{ embedding: rows, head: headRows }], stepping)) as [
        [number],
      ]
      if (odds >= 0 === (shows === 'subject')) right[shows]++
    }
  }
  const share = (shows: keyof typeof right) => right[shows] / (count * picturesEach)
  return {
    presence: (share('subject') + share('other')) / 2,
    presence_lookalikes: (share('subject') + share('lookalike')) / 2,
  }
}

function lines(report: BaseReport): string[] {
  const rows: [string, string][] = [
    ['drawings retrieved first among 100 renderings', report.drawing_r1.toFixed(3)],
    ['attribute questions answered right', report.attributes.toFixed(3)],
    ['presence, subjects and others', report.presence.toFixed(3)],
    ['presence, subjects and lookalikes', report.presence_lookalikes.toFixed(3)],
    ["captions' attribute F1", report.caption_f1.toFixed(3)],
    ['reconstruction error, of 255', report.reconstruction_error.toFixed(2)],
  ]
  return table(['', 'score'], rows)
}
