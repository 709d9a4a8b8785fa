/** How memory is taken from the system by a process that runs sessions, and how much it took. */
import { readFileSync } from 'node:fs'

/**
 * Environment variables for starting such a process. glibc gives every large block back to the system when it is freed, and
 * takes it anew, zeroed page by page, at the next run: a quarter of a learning step. With these it keeps blocks and
 * uses them again. Other systems' allocators do not read them.
 *
 * The runtime asks for aligned blocks, and before glibc 2.38 one that was freed serves another of its own size only where its
 * neighbours are free too. Where a run's blocks are many and large, the runtime's pool takes less (`Pictures`).
 */
export const memoryEnvironment: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 29),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
  MALLOC_TOP_PAD_: String(2 ** 26),
}

/**
 * Arguments of Node.js for starting such a process. What its programs make is numbers, in memory of their own; what is
 * left would be collected only when 16 MB of it are new, in the thread that loads modules too. And such numbers can be collected
 * when it is asked for (`Garbage`).
 */
export const memoryArguments: readonly string[] = ['--max-semi-space-size=2', '--expose-gc']

/** Whether this process was started with them. Then reading needs no pool of the runtime's own. */
export const reusesMemory = (): boolean =>
  process.platform === 'linux' &&
  Object.entries(memoryEnvironment).every(([name, value]) => process.env[name] === value)

/** Bytes: the largest resident memory of this process so far, pages of files that are mapped among them. */
export function peakMemory(): number {
  // On Linux, what `getrusage` tells begins with the memory of the process that started this one.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS
  return Number(kilobytes) * 1024
}
