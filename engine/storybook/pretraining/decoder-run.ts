/** A run of the decoder's training. */
import { codeSide } from '../../models/vq.ts'
import { createRandom, type Random } from '../../random.ts'
import {
  BEGIN_IMAGE,
  BEGIN_TEXT,
  DRAW,
  END_IMAGE,
  END_TURN,
  FIRST_IMAGE_ID,
  PAD,
  splitWords,
  TELL,
  UNKNOWN,
} from '../language/vocabulary.ts'
import type { Scene } from '../scene.ts'
import { DECODER, TIME, VQ, vocabulary } from './architecture.ts'
import { type AssembleOptions, assemble, type PictureWords, type Words } from './assemble.ts'
import { beginnings } from './beginnings.ts'
import { createCorpus, createEncoder } from './corpus.ts'
import { createDecoderTrainer } from './decoder.ts'
import { completeModelFolder, roundToHalf, writeModelFolder } from './folder.ts'
import { foresee } from './foresight.ts'
import { insights } from './insight.ts'
import { type Initial, initialFrom, type Parameters, saveTraining } from './parameters.ts'
import { charactersIn, detailsIn } from './picture-parts.ts'
import { createReport } from './report.ts'
import { type Run, runRandom } from './run.ts'

const PICTURED = { batch: 8, time: TIME.pictured }
const WORDED = { batch: 16, time: TIME.worded }
/** Every so many steps one is of words only. */
const WORDED_EVERY = 8
/** Share of the pictured dialogues that begin with a picture: seeing is slower to learn than drawing. */
const SEEING = 0.6
/** Share of those that are asked about for looks most: recognising rests on reading looks (see `belief.ts`). */
const LOOKING = 0.75
/**
 * What words of drawings count with which a character begins, or which show what it wears or its pattern, until so much of the
 * time has passed: a word that counts more than others is also said more often than it should be, so all count alike at the end.
 */
const EMPHASIS = { beginning: 10, detail: 3, until: 0.7 }
const WARM_UP_STEPS = 200
/** The rate is held, and falls over the last part of the time (warm-up, stable, decay). */
const DECAY_FROM = 0.7
const SAVE_EVERY_MS = 240_000
const CHECK_EVERY = 200

export async function trainDecoder(run: Run, trainedTokenizer: Parameters): Promise<void> {
  const { state, minutes, signal } = run
  const tokenizer = roundToHalf(trainedTokenizer)
  const ids = vocabulary()
  const words = wordsOf(ids)
  const size = Object.keys(ids).length
  const initial = initialValues(run.seed, tokenizer, words)
  const pictured = await createDecoderTrainer(DECODER, size, state, initial, PICTURED)
  const worded = await createDecoderTrainer(DECODER, size, state, initial, WORDED)
  const encoder = await createEncoder(VQ, tokenizer)
  const random = runRandom(run, 'dialogues')
  const corpus = createCorpus(random, VQ, encoder, TIME.pictured)
  const options = (time: number): AssembleOptions => ({
    time,
    width: DECODER.width,
    embeddingScale: deviation(state.parameters.values.get('model.embed_tokens.weight') as Float32Array),
    pictureShare: 0.4,
  })
  const known = async (scene: Scene, drawn: boolean, emphasised: boolean): Promise<PictureWords> => {
    const size = { pixels: VQ.resolution, words: codeSide(VQ) }
    const characters = await charactersIn(scene, size)
    const shows = insights(scene.characters, characters)
    if (!drawn) return { shows }
    const { worn, patterned } = await detailsIn(scene, size)
    const ahead = foresee([shows.map(one => one !== undefined), worn, patterned], size.words)
    if (!emphasised) return { shows, ahead }
    const begins = beginnings(characters, size.words)
    const count = (word: number) =>
      begins[word] ? EMPHASIS.beginning : worn[word] || patterned[word] ? EMPHASIS.detail : 1
    return { shows, ahead, counts: shows.map((_, word) => count(word)) }
  }
  const heldOut = await heldOutBatches(createRandom('held out'), words, encoder, options(TIME.pictured))
  const report = createReport(minutes)
  const save = async () => {
    await saveTraining(run.checkpoint, state)
    await writeModelFolder(run.model, tokenizer, state.parameters)
    await completeModelFolder(run.model)
  }
  let saved = Date.now()
  for (let i = 0; report.passed < minutes && !signal.aborted; i++) {
    const part = report.passed / minutes
    const pace = Math.min(1, (i + 1) / WARM_UP_STEPS) * Math.min(1, (1 - part) / (1 - DECAY_FROM) + 0.02)
    const inWords = i % WORDED_EVERY === WORDED_EVERY - 1
    const dialogues = inWords
      ? corpus.worded(WORDED.batch, WORDED.time)
      : await corpus.pictured(PICTURED.batch, SEEING, LOOKING)
    const batch = await assemble(dialogues, words, encoder.codesOf, random, {
      ...options(inWords ? WORDED.time : PICTURED.time),
      picture: (scene, drawn) => known(scene, drawn, part < EMPHASIS.until),
    })
    const { norm, ...losses } = await (inWords ? worded : pictured).step(batch, pace)
    state.progress.step = (state.progress.step ?? 0) + 1
    report.step(state.progress.step, inWords ? { norm } : { ...losses, norm })
    if (state.progress.step % CHECK_EVERY === 0) {
      const scores = await check(pictured, heldOut, words)
      console.log(
        `held out  ${Object.entries(scores)
          .map(([name, value]) => `${name} ${value.toFixed(3)}`)
          .join('  ')}`,
      )
    }
    if (Date.now() - saved > SAVE_EVERY_MS) {
      await save()
      saved = Date.now()
    }
  }
  await save()
  await encoder.close()
  await pictured.close()
  await worded.close()
}

type Batch = Awaited<ReturnType<typeof assemble>>
type Trainer = Awaited<ReturnType<typeof createDecoderTrainer>>

async function heldOutBatches(
  random: Random,
  words: Words,
  encoder: Awaited<ReturnType<typeof createEncoder>>,
  options: AssembleOptions,
): Promise<Batch[]> {
  const corpus = createCorpus(random, VQ, encoder, TIME.pictured)
  return Promise.all(
    [1, 1, 1, 0].map(async share =>
      assemble(await corpus.pictured(PICTURED.batch, share), words, encoder.codesOf, random, {
        ...options,
        pictureShare: 0,
      }),
    ),
  )
}

/** Accuracies of the next word: yes or no, slot words, other words of answers; and the loss on words of drawn pictures. */
async function check(trainer: Trainer, batches: readonly Batch[], words: Words): Promise<Record<string, number>> {
  const yesNo = [words.yes, words.no]
  const right = { presence: [0, 0], answers: [0, 0] }
  let pictureLoss = 0
  let pictureCount = 0
  for (const batch of batches) {
    const { losses, best, among } = await trainer.predict(batch, yesNo)
    batch.labels.forEach((label64, i) => {
      const label = Number(label64)
      if (label >= words.firstImageWord && label < words.firstImageWord + VQ.codes) {
        pictureLoss += losses[i] as number
        pictureCount++
        return
      }
      const tally = yesNo.includes(label) ? right.presence : right.answers
      const guess = yesNo.includes(label) ? among[i] : best[i]
      tally[0] = (tally[0] as number) + (guess === label ? 1 : 0)
      tally[1] = (tally[1] as number) + 1
    })
  }
  return {
    'yes/no': (right.presence[0] as number) / (right.presence[1] as number),
    answers: (right.answers[0] as number) / (right.answers[1] as number),
    'picture loss': pictureLoss / pictureCount,
  }
}

function wordsOf(ids: Record<string, number>): Words {
  const id = (word: string) => ids[word] ?? (ids[UNKNOWN] as number)
  return {
    encode: text => splitWords(text).map(id),
    id,
    firstImageWord: FIRST_IMAGE_ID,
    begin: id(BEGIN_TEXT),
    pad: id(PAD),
    end: id(END_TURN),
    beginImage: id(BEGIN_IMAGE),
    endImage: id(END_IMAGE),
    draw: id(DRAW),
    tell: id(TELL),
    yes: id('yes'),
    no: id('no'),
  }
}

/**
 * Small normal values, less where a layer adds to the stream. An image word starts as its codebook word seen through a
 * random projection, so that words of similar places are neighbours from the first step.
 */
function initialValues(seed: number, tokenizer: Parameters, words: Words): Initial {
  const scale = 0.04
  const base = initialFrom(seed, key => (/(o|down)_proj/.test(key) ? scale / Math.sqrt(2 * DECODER.layers) : scale))
  const codebook = tokenizer.values.get('quantize.embedding.weight') as Float32Array
  const random = createRandom(`${seed}/projection`)
  const projection = Float32Array.from({ length: VQ.codeWidth * DECODER.width }, () => random.normal())
  const spread = deviation(codebook) * Math.sqrt(VQ.codeWidth)
  return (key, shape) => {
    const values = base(key, shape)
    if (key !== 'model.embed_tokens.weight' && key !== 'lm_head.weight') return values
    for (let code = 0; code < VQ.codes; code++) {
      const row = (words.firstImageWord + code) * DECODER.width
      for (let d = 0; d < DECODER.width; d++) {
        let sum = 0
        for (let c = 0; c < VQ.codeWidth; c++)
          sum += (codebook[code * VQ.codeWidth + c] as number) * (projection[c * DECODER.width + d] as number)
        values[row + d] = 0.3 * (values[row + d] as number) + (scale * sum) / spread
      }
    }
    return values
  }
}

function deviation(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum / values.length)
}
