/** Seeded randomness: everything that is drawn, learned or sampled can be repeated from its seed. */
export interface Random {
  /** In [0, 1). */
  uniform(): number
  /** Integer in [0, below). */
  integer(below: number): number
  /** Standard normal. */
  normal(): number
  pick<T>(from: readonly T[]): T
  /** Shuffles in place and returns the array. */
  shuffle<T>(array: T[]): T[]
  /** An independent stream, named so that adding one elsewhere does not move this one. */
  fork(name: string | number): Random
}

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, passes the usual test suites. */
export function createRandom(seed: number | string): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let counter = 1
  // The seed is hashed in (FNV-1a), so that near seeds give far streams.
  let hash = 0x811c9dc5
  for (const character of String(seed)) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193)
  a ^= hash
  b ^= Math.imul(hash, 0x85ebca6b)
  c ^= Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 15; i++) next()
  const random: Random = {
    uniform: next,
    integer: below => Math.floor(next() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: from => {
      if (from.length === 0) throw new RangeError('Expected something to pick from but received an empty array')
      return from[Math.floor(next() * from.length)] as never
    },
    shuffle: array => {
      for (let i = array.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        const swap = array[i] as never
        array[i] = array[j] as never
        array[j] = swap
      }
      return array
    },
    fork: name => createRandom(`${seed}/${name}`),
  }
  return random
}
