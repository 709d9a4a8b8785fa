/** What a bot's process sees of the engine: start, lesson, replies, stalls of its own event loop, and memory. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { EngineOptions, Turn } from '../engine.ts'
import { type HostSettings, startEngineHost } from '../host/client.ts'
import { createRandom } from '../random.ts'
import { renderScene } from '../storybook/renderer.ts'
import { PLACES, sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { median, timed, watchStalls } from './timing.ts'

const textRepeats = 5
const drawingRepeats = 3

export interface HostFigures {
  readonly startSeconds: number
  /** From the engine's start to its first words. */
  readonly firstAnswerSeconds: number
  readonly teachSeconds: number
  readonly textSeconds: number
  readonly pictureQuestionSeconds: number
  readonly drawingSeconds: number
  /** Longest time for which this process's event loop stood still during the lesson. */
  readonly stallMilliseconds: number
  /** Largest resident memory, where the system tells it. */
  readonly memory?: { readonly botMegabytes: number; readonly engineMegabytes: number }
}

export interface HostBenchOptions
  extends Pick<EngineOptions, 'modelFolder' | 'modelName' | 'device' | 'weights'>,
    Pick<HostSettings, 'used'> {}

/** Teaches a drawn pet from 4 pictures and asks about it, through an engine in a process of its own. */
export async function measureHost(
  { used, ...options }: HostBenchOptions,
  signal: AbortSignal,
  note: (what: string) => void,
  startEngine: typeof startEngineHost = startEngineHost,
): Promise<HostFigures> {
  const random = createRandom('bench')
  const individual = sampleIndividual(random)
  const places = random.shuffle([...PLACES])
  const photos = await Promise.all(
    places.slice(0, 5).map(place => renderScene(sampleScene(random, [individual], { place }))),
  )
  const shown = photos.pop()!

  const began = performance.now()
  const engine = await startEngine(options, used && { used })
  const startSeconds = secondsSince(began)
  const memory = watchMemory(() => engine.pid)
  try {
    await engine.reply({ text: 'Hello!' }, { signal })
    const firstAnswerSeconds = secondsSince(began)
    // What answering takes can be told only before a lesson, and a drawing takes most.
    await engine.reply({ text: 'Draw a cat.', drawing: true }, { signal })

    note('teaching from 4 pictures')
    const stalls = watchStalls()
    const lessonBegan = performance.now()
    const lesson = engine.teach({ name: 'Bo', kind: 'pet', photos, seed: 1 }, { signal })
    let stallMilliseconds = 0
    const concept = await lesson.finally(() => {
      stallMilliseconds = stalls.stop()
    })
    const teachSeconds = secondsSince(lessonBegan)

    note('asking')
    const concepts = [concept]
    let seed = 0
    const ask = (text: string, { images = [], drawing = false }: Pick<Turn, 'images' | 'drawing'> = {}) =>
      engine.reply({ text, images, concepts, drawing, seed: ++seed }, { signal })
    const textSeconds = median(await timed(textRepeats, () => ask('What does Bo look like?'), signal))
    const pictureQuestionSeconds = median(
      await timed(textRepeats, () => ask('Is Bo in this picture?', { images: [shown] }), signal),
    )
    const drawingSeconds = median(
      await timed(drawingRepeats, () => ask('Draw Bo in the snow.', { drawing: true }), signal),
    )
    const figures = {
      startSeconds,
      firstAnswerSeconds,
      teachSeconds,
      textSeconds,
      pictureQuestionSeconds,
      drawingSeconds,
    }
    const most = memory.stop()
    return { ...figures, stallMilliseconds, ...(most && { memory: most }) }
  } finally {
    memory.stop()
    await engine.close()
  }
}

const secondsSince = (start: number) => (performance.now() - start) / 1000

/** Looks at resident memory four times a second; Windows does not tell it this way. */
function watchMemory(enginePid: () => number | undefined) {
  let bot = 0
  let engine: number | undefined
  const look = async () => {
    bot = Math.max(bot, process.memoryUsage.rss() / 1e6)
    const pid = enginePid()
    const kilobytes = pid === undefined ? undefined : await residentKilobytes(pid)
    if (kilobytes !== undefined) engine = Math.max(engine ?? 0, (kilobytes * 1024) / 1e6)
  }
  const timer = setInterval(() => void look(), 250)
  return {
    stop: () => {
      clearInterval(timer)
      return engine === undefined ? undefined : { botMegabytes: bot, engineMegabytes: engine }
    },
  }
}

async function residentKilobytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === 'linux')
      return Number((await readFile(`/proc/${pid}/status`, 'utf8')).match(/^VmRSS:\s+(\d+)/m)?.[1]) || undefined
    if (process.platform !== 'darwin') return undefined
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
    return Number(stdout) || undefined
  } catch {
    // It has just ended.
    return undefined
  }
}
