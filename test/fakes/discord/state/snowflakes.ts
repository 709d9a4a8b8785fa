/** Discord's ids: milliseconds since 2015 and a counter, so that later ones are greater. */

const epoch = 1_420_070_400_000n

export class Snowflakes {
  #last = 0n

  next(now: number): string {
    const first = (BigInt(now) - epoch) << 22n
    this.#last = first > this.#last ? first : this.#last + 1n
    return String(this.#last)
  }
}

export function compareIds(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
