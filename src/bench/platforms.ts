/**
 * The part of `familiar bench` about Discord and Slack: how soon they hear that something has arrived, which they wait three
 * seconds for, while the engine teaches; and how many events a second the bot takes with an engine that costs nothing, up to
 * where that rule breaks. The bot runs in a process of its own; the platforms, which are those of the tests, and their
 * people are in this one. Nothing keeps the bot from posting as fast as it can.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sampleAlbum } from '../../adapters/web/server/album.ts'
import { figure } from '../../engine/bench/table.ts'
import { startBot } from './bot.ts'
import { type Crowd, discordCrowd, slackCrowd } from './crowd.ts'
import { type Times, timesOf } from './percentiles.ts'

export interface PlatformFigures {
  readonly platform: Crowd['platform']
  readonly acts: string
  /** While the engine teaches. */
  readonly acknowledgement: Times
  readonly throughput: Throughput
}

export interface Throughput {
  /** The highest rate at which all was acknowledged in time. */
  readonly perSecond: number
  /** At that rate. */
  readonly times: Times
  /** What ended it: the three seconds, or that the people here cannot do more. */
  readonly bound: 'late' | 'people'
}

export interface PlatformBenchOptions {
  /** As in MODEL and DEVICE. */
  readonly model: string
  readonly device: string
  readonly signal: AbortSignal
  readonly note: (what: string) => void
  /** For tests: another engine for the lesson, fewer things done, and no more than these rates. */
  readonly engineModule?: string
  readonly acts?: number
  readonly seconds?: number
  readonly rates?: readonly number[]
}

/** Milliseconds. */
const limit = 3000
/** Milliseconds between two things done while the engine teaches. */
const pause = 50
const standIn = new URL('./stand-in-engine.ts', import.meta.url).href
const defaultRates = Array.from({ length: 10 }, (_, i) => 16 * 2 ** i)
const photoNames = [1, 2, 3, 4].map(number => `mam-${number}.png`)

/** Resolves to nothing where the tests' platforms are not installed, which is noted. */
export async function measurePlatforms(options: PlatformBenchOptions): Promise<PlatformFigures[] | undefined> {
  const figures: PlatformFigures[] = []
  for (const open of [discordCrowd, slackCrowd]) {
    const measured = await measure(open, options)
    if (!measured) return undefined
    figures.push(measured)
  }
  return figures
}

export function platformTable(figures: readonly PlatformFigures[]): string {
  return figures
    .flatMap(({ platform, acts, acknowledgement, throughput }) => [
      `${platform}, ${acts}`,
      `  acknowledged while it teaches  ${inWords(acknowledgement)}  ${acknowledgement.missed === 0 ? 'limit 3 s: kept' : `limit 3 s: MISSED ${acknowledgement.missed} times`}`,
      `  events a second                ${figure(throughput.perSecond)} (${inWords(throughput.times)})  ${throughput.bound === 'late' ? 'at the next rate some took more than 3 s' : 'more is not sent from here'}`,
    ])
    .join('\n')
}

const inWords = ({ p50, p99, count }: Times) => `p50 ${figure(p50)} ms, p99 ${figure(p99)} ms of ${count}`

async function measure(
  open: () => Promise<Crowd>,
  { model, device, signal, note, engineModule, acts = 400, seconds = 4, rates = defaultRates }: PlatformBenchOptions,
): Promise<PlatformFigures | undefined> {
  const first = await opened(open, note)
  if (!first) return undefined
  const { platform } = first
  note(`${platform}: acknowledgements while the engine teaches`)
  const settings = { MODEL: model, DEVICE: device, TEACH_SECONDS: '3600' }
  const acknowledgement = await withBot(first, settings, engineModule, signal, async () => {
    const photos = await Promise.all(
      photoNames.map(async name => ({ name, bytes: (await sampleAlbum().picture(name))! })),
    )
    await first.teach(photos, signal)
    const times: Promise<number | undefined>[] = []
    for (let i = 0; i < acts; i++) {
      times.push(first.act(i))
      await sleep(pause, undefined, { signal })
    }
    return timesOf(await Promise.all(times), limit)
  })
  note(`${platform}: events a second`)
  const second = await open()
  const throughput = await withBot(second, { DEVICE: 'cpu' }, standIn, signal, () =>
    highestRate(second, rates, seconds, signal),
  )
  return { platform, acts: first.acts, acknowledgement, throughput }
}

async function opened(open: () => Promise<Crowd>, note: (what: string) => void): Promise<Crowd | undefined> {
  try {
    return await open()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    note('Discord and Slack are left out: they need the development dependencies (npm ci)')
    return undefined
  }
}

async function withBot<Result>(
  crowd: Crowd,
  settings: Readonly<Record<string, string>>,
  engineModule: string | undefined,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    const end = await startBot({ ...settings, ...crowd.variables }, engineModule, signal)
    return await work().finally(end)
  } finally {
    await crowd.close()
  }
}

async function highestRate(
  crowd: Crowd,
  rates: readonly number[],
  seconds: number,
  signal: AbortSignal,
): Promise<Throughput> {
  let best: Omit<Throughput, 'bound'> = { perSecond: 0, times: timesOf([], limit) }
  let done = 0
  for (const rate of rates) {
    const begun = performance.now()
    const count = Math.ceil(rate * seconds)
    const acts: Promise<number | undefined>[] = []
    for (let i = 0; i < count; i++) {
      const ahead = begun + (1000 * i) / rate - performance.now()
      // Also without a wait, what has come in meanwhile is looked at.
      await sleep(Math.max(0, ahead), undefined, { signal })
      acts.push(crowd.act(done++))
    }
    const perSecond = count / ((performance.now() - begun) / 1000)
    const times = timesOf(await Promise.all(acts), limit)
    if (times.missed > 0) return { ...best, bound: 'late' }
    if (perSecond > best.perSecond) best = { perSecond, times }
    if (perSecond < 0.8 * rate) break
  }
  return { ...best, bound: 'people' }
}
