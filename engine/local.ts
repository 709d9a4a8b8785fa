/**
 * The engine in this process. Replies come before lessons: while one is being answered, a lesson waits between its steps.
 * Lessons follow one another.
 */
import { basename, resolve } from 'node:path'
import { openContext } from './answering/context.ts'
import { recognise } from './answering/recognition.ts'
import { reply } from './answering/reply.ts'
import { nextStep } from './answering/steps.ts'
import type { ConvertProgress } from './checkpoints/conversion/convert-checkpoint.ts'
import type { Concept, Engine, EngineOptions, Job, Lesson, ModelInfo, TeachProgress } from './engine.ts'
import { checkPictureFolder } from './learning/folder-gallery.ts'
import { teach } from './learning/teach.ts'
import { learningFor } from './models/learning-choice.ts'
import { prepareWeights } from './models/weight-choice.ts'
import { chooseDevice } from './runtime/devices.ts'
import { reusesMemory } from './runtime/memory.ts'
import type { Device } from './runtime/session.ts'

/** Milliseconds. */
const progressInterval = 5000

/** @throws FamiliarError when the folder holds no model, or the device cannot run it */
export async function createLocalEngine(options: EngineOptions): Promise<Engine> {
  const { modelFolder, modelName, device, lostDevices } = options
  if (options.lessons?.pictureFolder) await checkPictureFolder(options.lessons.pictureFolder)
  const choice = await chooseDevice(device, lostDevices)
  const { folder, halves, ...weights } = await weightsFor(options, choice.device)
  const { pictureBytes, ...learning } = await learningFor(folder, weights.kind, choice.device)
  const context = await openContext(folder, {
    device: choice.device,
    releaseMemory: reusesMemory(),
    learning,
    pictureBytes,
    halves,
  })
  const model: ModelInfo = {
    name: modelName ?? basename(resolve(modelFolder)),
    fingerprint: context.fingerprint,
    device: choice.device,
    deviceReason: choice.reason,
    weights,
    drawnWorldOnly: context.drawnWorld !== undefined,
  }

  const urgent = new UrgentWork()
  const closing = new AbortController()
  let lastLesson: Promise<unknown> = Promise.resolve()
  const lessonInTurn = (lesson: Lesson, job: Job<TeachProgress> = {}): Promise<Concept> => {
    const before = lastLesson
    const mine = withEither([job.signal, closing.signal], async signal => {
      await orAbort(before, signal)
      await nextStep({ signal })
      const giveWay = () => orAbort(urgent.done(), signal)
      return teach(context, lesson, { progress: job.progress, signal, giveWay }, undefined, options.lessons)
    })
    lastLesson = Promise.allSettled([before, mine])
    return mine
  }

  return {
    model,
    teach: lessonInTurn,
    reply: (turn, job) => urgent.run(() => reply(context, turn, job)),
    recognise: (image, among) => urgent.run(() => recognise(context, image, among)),
    close: async () => {
      closing.abort()
      await lastLesson
      await urgent.done()
      await context.model.close()
    },
  }
}

/** What is opened, written first where it has to be; that takes a minute, and is said on stderr. */
async function weightsFor({ modelFolder: folder, weights }: EngineOptions, device: Device) {
  if (!weights) return { folder, kind: 'f32' as const, reason: 'as they are stored', halves: undefined }
  const { kind: wish, cacheFolder } = weights
  let said = 0
  const progress = ({ tensors, totalTensors }: ConvertProgress) => {
    if (performance.now() - said < progressInterval) return
    said = performance.now()
    process.stderr.write(
      `familiar: writing weights in another form to ${cacheFolder}, once: ${tensors}/${totalTensors}\n`,
    )
  }
  return prepareWeights({ folder, cacheFolder, wish, device, progress })
}

/** Runs work with a signal that fires with the first of several; nothing is left listening. */
async function withEither<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController()
  const abort = () => either.abort()
  for (const signal of signals) {
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
  }
  try {
    return await work(either.signal)
  } finally {
    for (const signal of signals) signal?.removeEventListener('abort', abort)
  }
}

/** Waits, but not beyond the moment when the signal fires: who is cancelled should not hold up anybody. */
async function orAbort(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve, reject) => {
    const abort = () => resolve()
    signal.addEventListener('abort', abort, { once: true })
    work.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Counts what must not wait. */
class UrgentWork {
  #running = 0
  #waiting: (() => void)[] = []

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++
    try {
      return await work()
    } finally {
      if (--this.#running === 0) for (const go of this.#waiting.splice(0)) go()
    }
  }

  /** Resolves when none is running. */
  async done(): Promise<void> {
    while (this.#running > 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }
}
