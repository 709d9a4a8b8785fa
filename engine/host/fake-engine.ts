/** An engine for the host's tests: a turn's text, a lesson's name and the model's folder say how it behaves. */
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Concept, Engine, EngineOptions, Job, Lesson, ReplyProgress, TeachProgress, Turn } from '../engine.ts'
import { FamiliarError } from '../errors.ts'

/** Folders that name ways to start or end badly. */
export const folders = {
  whole: 'whole',
  missing: 'missing',
  fatal: 'fatal',
  neverCloses: 'never-closes',
  talkative: 'talkative',
} as const

export async function createLocalEngine({ modelFolder, lostDevices = [] }: EngineOptions): Promise<Engine> {
  if (modelFolder === folders.missing)
    throw new FamiliarError('MODEL_NOT_FOUND', 'Expected a model but received an empty folder')
  if (modelFolder === folders.fatal) process.exit(7)
  if (modelFolder === folders.talkative) console.log('(a test: drivers write to stdout)')
  return {
    model: {
      name: 'fake',
      fingerprint: 'f00d',
      device: lostDevices.length < 2 ? 'webgpu' : 'cpu',
      deviceReason: `lost: ${lostDevices}`,
      weights: { kind: 'f32', reason: 'a fake' },
      drawnWorldOnly: true,
    },
    teach: (lesson, job) =>
      lesson.name === 'Lost' && lostDevices.length === 0 ? lose(lesson, job) : teach(lesson, job),
    reply,
    recognise: async (image, among) =>
      among.map(({ name, embedding }) => ({ concept: name, confidence: embedding[image.width]!, present: true })),
    close: () => (modelFolder === folders.neverCloses ? new Promise(() => {}) : Promise.resolve()),
  }
}

/** 20 steps of 10 ms; one named "Long" has 1000, and "Deaf" blocks the thread for as long as the test may last. */
async function teach(lesson: Lesson, { progress, signal }: Job<TeachProgress> = {}): Promise<Concept> {
  const steps = lesson.name === 'Long' ? 1000 : 20
  for (let step = 1; step <= steps; step++) {
    progress?.({ phase: 'learning', step, steps, loss: 1 / step, secondsLeft: (steps - step) / 100 })
    await sleep(10)
    if (lesson.name === 'Deaf') block(60_000)
    if (signal?.aborted) throw new FamiliarError('CANCELLED', 'The fake stopped')
  }
  const size = 3 * 8
  return {
    name: lesson.name,
    kind: lesson.kind,
    modelFingerprint: 'f00d',
    tokens: 1,
    width: 8,
    embedding: Float32Array.from({ length: size }, (_, index) => index / 2),
    // A view into a larger buffer must arrive as what it shows.
    head: new Float32Array(100).fill(lesson.photos[0]!.data[1]!, 10, 10 + size).subarray(10, 10 + size),
    description: '',
    threshold: 0.5,
    scores: { start: { recognition: 0, loss: 1 }, kept: { recognition: 1, loss: 0 } },
    recipe: { steps },
  }
}

/** Its device goes at the tenth step. */
async function lose(lesson: Lesson, { progress }: Job<TeachProgress> = {}): Promise<Concept> {
  const gone = (report: TeachProgress) => {
    progress?.(report)
    if (report.step === 10) throw lost()
  }
  return teach(lesson, { progress: gone })
}

const lost = () => new FamiliarError('DEVICE_LOST', 'Expected webgpu to go on computing but its device was lost')

/** `block MS`, `fail CODE`, `bug`, `crash FILE` (once: when FILE is not there yet), `lose` (whenever it is asked), or anything to be said back. */
async function reply(turn: Turn, { progress, signal }: Job<ReplyProgress> = {}) {
  const [verb, argument = ''] = turn.text.split(' ')
  if (verb === 'fail') throw new FamiliarError(argument, 'Expected something else')
  if (verb === 'bug') throw new RangeError('a bug')
  if (verb === 'lose') throw lost()
  for (const delta of turn.text.match(/\S+\s*/g) ?? []) {
    progress?.({ type: 'text', delta })
    await sleep(5)
  }
  if (verb === 'block') block(Number(argument))
  if (verb === 'crash' && !existsSync(argument)) {
    writeFileSync(argument, '')
    process.kill(process.pid, 'SIGKILL')
    await sleep(1000)
  }
  if (verb === 'wait') await sleep(Number(argument), undefined, { signal })
  const { images: [image] = [] } = turn
  return { selfPrompt: 'none' as const, text: turn.text, seed: turn.seed ?? 0, ...(image && { image }) }
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}
