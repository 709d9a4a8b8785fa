/** Times to acknowledgement, in milliseconds. */
export interface Times {
  readonly count: number
  readonly p50: number
  readonly p99: number
  /** Those that came too late or not at all. */
  readonly missed: number
}

/** @param milliseconds of each; undefined for one that was never acknowledged */
export function timesOf(milliseconds: readonly (number | undefined)[], limit: number): Times {
  const sorted = milliseconds.map(each => each ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), missed: sorted.filter(each => each > limit).length }
}
