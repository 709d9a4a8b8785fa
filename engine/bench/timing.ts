/** Timing of repeated work. */

/** Seconds of each of `count` runs. */
export async function timed(count: number, work: () => Promise<unknown>, signal?: AbortSignal): Promise<number[]> {
  const seconds: number[] = []
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted()
    const start = performance.now()
    await work()
    seconds.push((performance.now() - start) / 1000)
  }
  return seconds
}

export interface Timed {
  /** The median. */
  readonly seconds: number
  /** The mean of the time that cores were at work for it: what can still be compared when others take them. */
  readonly cpuSeconds: number
}

/** The median of several steps behind one that warms up. */
export async function timedSteps(count: number, step: () => Promise<unknown>): Promise<Timed> {
  const { seconds, cpuSeconds } = await timedRuns(count, async () => {
    await step()
    return 1
  })
  return { seconds, cpuSeconds }
}

/** Of one step. */
export interface TimedRuns extends Timed {
  /** All that were timed. */
  readonly steps: number
  /** The mean. */
  readonly stepsInRun: number
}

/**
 * The same of runs that make several steps each.
 * @param run resolves to how many steps it made
 */
export async function timedRuns(count: number, run: () => Promise<number>, signal?: AbortSignal): Promise<TimedRuns> {
  if (count > 1) await run()
  const seconds: number[] = []
  let steps = 0
  const used = process.cpuUsage()
  while (steps < count) {
    signal?.throwIfAborted()
    const start = performance.now()
    const made = await run()
    seconds.push((performance.now() - start) / 1000 / made)
    steps += made
  }
  const { user, system } = process.cpuUsage(used)
  const cpuSeconds = (user + system) / 1e6 / steps
  return { seconds: median(seconds), cpuSeconds, steps, stepsInRun: steps / seconds.length }
}

/** The middle one, which a busy moment of the machine does not move. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError('Expected at least one value for a median but received none')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

export interface StallWatch {
  /** Ends the watch. Returns the longest time in milliseconds by which a timer of this process came late. */
  stop(): number
}

/** Watches how long this process's event loop does not get to its timers. */
export function watchStalls(interval = 5): StallWatch {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last - interval)
    last = now
  }, interval)
  return {
    stop() {
      clearInterval(timer)
      return Math.max(longest, performance.now() - last - interval, 0)
    },
  }
}
