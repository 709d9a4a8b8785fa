/**
 * The engine in this process. Replies come before lessons: while one is being answered, a lesson waits between its steps.
 * Lessons follow one another.
 */
import { basename } from 'node:path'
import { type ModelContext, openContext } from './answering/context.ts'
import { recognise } from './answering/recognition.ts'
import { reply } from './answering/reply.ts'
import type { Concept, Engine, Job, Lesson, ModelInfo, TeachProgress } from './engine.ts'
import { FamiliarError } from './errors.ts'
import { teach } from './learning/teach.ts'
import { chooseDevice } from './runtime/devices.ts'
import type { Device } from './runtime/session.ts'
import { nearestByProfile, readsProfiles } from './storybook/nearest.ts'

export interface LocalEngineOptions {
  /** The model's folder. */
  readonly folder: string
  /** `auto` (the default) takes the first device that works. */
  readonly device?: Device | 'auto'
  /** Threads of one operator on the CPU; 0 = one a core. */
  readonly threads?: number
}

/** What a lesson gets besides its own: it calls `giveWay` between steps. */
export interface LessonJob extends Job<TeachProgress> {
  readonly giveWay: () => Promise<void>
}

/** @throws FamiliarError when the folder holds no model, or the device cannot run it */
export async function createLocalEngine({ folder, device, threads }: LocalEngineOptions): Promise<Engine> {
  const choice = await chooseDevice(device)
  const opened = await openContext(folder, { device: choice.device, threads })
  const context: ModelContext = readsProfiles(opened) ? { ...opened, nearest: nearestByProfile(opened) } : opened
  const model: ModelInfo = {
    name: basename(context.model.folder),
    fingerprint: context.fingerprint,
    device: choice.device,
    deviceReason: choice.reason,
    drawnWorldOnly: context.drawnWorld !== undefined,
  }

  const urgent = new UrgentWork()
  let lastLesson: Promise<unknown> = Promise.resolve()
  const lesson = (given: Lesson, job: Job<TeachProgress> = {}): Promise<Concept> => {
    const mine = lastLesson.then(() => {
      if (job.signal?.aborted) throw new FamiliarError('CANCELLED', 'Cancelled', { cause: job.signal.reason })
      return teach(context, given, { ...job, giveWay: () => urgent.done() })
    })
    lastLesson = mine.catch(() => {})
    return mine
  }

  return {
    model,
    teach: lesson,
    reply: (turn, job) => urgent.run(() => reply(context, turn, job)),
    recognise: (image, among) => urgent.run(() => recognise(context, image, among)),
    close: async () => {
      await lastLesson
      await urgent.done()
      await context.model.close()
    },
  }
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
