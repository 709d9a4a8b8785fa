/** Numbers of bytes as people read them, and how fast they come. */

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** `4.2 GB`, `17 MB`, `900 bytes`: powers of 1000, as disks and the hub's pages have them. */
export function readableBytes(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

/** Milliseconds over which speed is measured: long enough to be calm, short enough to notice a change. */
const span = 10_000

/** The speed of the last seconds. */
export class Speed {
  readonly #now: () => number
  #samples: { at: number; bytes: number }[] = []

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * @param bytes that have come so far, all in all
   * @returns bytes a second
   */
  at(bytes: number): number {
    const now = this.#now()
    this.#samples.push({ at: now, bytes })
    while (this.#samples.length > 2 && (this.#samples[1] as { at: number }).at <= now - span) this.#samples.shift()
    const first = this.#samples[0] as { at: number; bytes: number }
    const seconds = (now - first.at) / 1000
    return seconds > 0 ? Math.max(0, bytes - first.bytes) / seconds : 0
  }
}
