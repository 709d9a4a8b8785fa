/**
 * Quotas: how often a person, and all of a tenant together, may teach, ask and have something drawn in a time. Counted in
 * memory and kept in a store, so that a restart gives nobody a second helping. Who is exempt is the caller's matter.
 */
import { Mutex } from 'async-mutex'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Tenant } from './conversation/chat.ts'
import { safeName } from './storage/files.ts'
import type { Storage } from './storage/storage.ts'
import type { Store } from './storage/store.ts'

export const QUOTA_KINDS = ['teach', 'ask', 'draw'] as const
export type QuotaKind = (typeof QUOTA_KINDS)[number]

/** So many in such a time, which begins with the first of them. */
export type Quota = readonly [times: number, per: keyof typeof seconds]
/** Without a quota there is no limit. */
export type QuotaLimits = Readonly<
  Partial<Record<QuotaKind, { readonly person?: Quota | undefined; readonly tenant?: Quota | undefined }>>
>

export const defaultQuotas: QuotaLimits = {
  teach: { person: [5, 'day'], tenant: [50, 'day'] },
  ask: { person: [60, 'hour'], tenant: [600, 'hour'] },
  draw: { person: [30, 'hour'], tenant: [200, 'hour'] },
}

const seconds = { minute: 60, hour: 3_600, day: 86_400, week: 604_800 } as const

export interface QuotaAnswer {
  readonly allowed: boolean
  /** How often this person may do it now, after this time; `Infinity` without a quota. */
  readonly left: number
  /** Until it is allowed again; 0 when it is, `Infinity` when it never will be. */
  readonly retrySeconds: number
  /** Whose quota is used up, when it is not allowed. */
  readonly usedUp?: 'person' | 'tenant'
}

export interface Quotas {
  /** Counts one, if it is allowed; what is not allowed is not counted. */
  take(kind: QuotaKind, tenant: Tenant, person: string): Promise<QuotaAnswer>
  /** What is left to this person of each kind. */
  left(tenant: Tenant, person: string): Promise<Readonly<Record<QuotaKind, number>>>
  /** Takes one back that was counted for work that then failed. */
  giveBack(kind: QuotaKind, tenant: Tenant, person: string): Promise<void>
}

/**
 * Takes up what an earlier process counted.
 *
 * @param storage where counts are kept; without one they go with the process
 * @throws FamiliarError `STORE_FAILED`
 */
export async function createQuotas(storage?: Storage, limits: QuotaLimits = defaultQuotas): Promise<Quotas> {
  const store = storage?.store<Count>('quotas')
  const meters = QUOTA_KINDS.flatMap(kind =>
    (['person', 'tenant'] as const).flatMap(whose => {
      const quota = limits[kind]?.[whose]
      return quota ? [new Meter(kind, whose, quota, store)] : []
    }),
  )
  const counts = (await store?.entries())?.map(([, count]) => count) ?? []
  for (const meter of meters) meter.restore(counts)
  return new MeteredQuotas(meters)
}

/** What somebody has used of a quota. */
interface Count {
  readonly meter: string
  readonly key: string
  readonly used: number
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** One quota, for everybody whom it counts. */
class Meter {
  readonly kind: QuotaKind
  readonly whose: 'person' | 'tenant'
  readonly #times: number
  readonly #limiter: RateLimiterMemory
  readonly #store: Store<Count> | undefined

  constructor(kind: QuotaKind, whose: 'person' | 'tenant', [times, per]: Quota, store: Store<Count> | undefined) {
    this.kind = kind
    this.whose = whose
    this.#times = times
    this.#store = store
    this.#limiter = new RateLimiterMemory({ points: times, duration: seconds[per], keyPrefix: this.#name })
  }

  get #name(): string {
    return `${this.kind}-${this.whose}`
  }

  restore(counts: readonly Count[]): void {
    const storage = counts
      .filter(({ meter }) => meter === this.#name)
      .map(({ key, used, expires }) => ({ key, value: used, expiresAt: expires }))
    this.#limiter.restore({ version: 1, storage })
  }

  async left(key: string): Promise<{ readonly left: number; readonly retrySeconds: number }> {
    const count = await this.#limiter.get(key)
    // An entry may outlive its time for a moment.
    if (!count || count.msBeforeNext <= 0)
      return { left: this.#times, retrySeconds: this.#times > 0 ? 0 : Number.POSITIVE_INFINITY }
    const left = Math.max(0, this.#times - count.consumedPoints)
    return { left, retrySeconds: left > 0 ? 0 : Math.ceil(count.msBeforeNext / 1000) }
  }

  async count(key: string): Promise<void> {
    await this.#limiter.penalty(key)
    await this.#keep(key)
  }

  async giveBack(key: string): Promise<void> {
    const count = await this.#limiter.get(key)
    if (!count || count.msBeforeNext <= 0 || count.consumedPoints <= 0) return
    await this.#limiter.reward(key)
    await this.#keep(key)
  }

  /** Whoever asks is not refused because a count cannot be kept; at worst it is lost with the process. */
  async #keep(key: string): Promise<void> {
    const count = await this.#limiter.get(key)
    if (!this.#store || !count) return
    const { consumedPoints: used, msBeforeNext: left } = count
    const record = { meter: this.#name, key, used, expires: Date.now() + left }
    await this.#store.set(`${this.#name}-${key}`, record, left).catch(() => {})
  }
}

class MeteredQuotas implements Quotas {
  readonly #meters: readonly Meter[]
  /** Between looking and counting, nobody else may count. */
  readonly #mutex = new Mutex()

  constructor(meters: readonly Meter[]) {
    this.#meters = meters
  }

  take(kind: QuotaKind, tenant: Tenant, person: string): Promise<QuotaAnswer> {
    return this.#mutex.runExclusive(async () => {
      const meters = this.#meters.filter(meter => meter.kind === kind)
      let left = Number.POSITIVE_INFINITY
      for (const meter of meters) {
        const now = await meter.left(keyFor(meter, tenant, person))
        if (now.left === 0) return { allowed: false, left: 0, retrySeconds: now.retrySeconds, usedUp: meter.whose }
        left = Math.min(left, now.left - 1)
      }
      for (const meter of meters) await meter.count(keyFor(meter, tenant, person))
      return { allowed: true, left, retrySeconds: 0 }
    })
  }

  async left(tenant: Tenant, person: string): Promise<Readonly<Record<QuotaKind, number>>> {
    const left = { teach: Number.POSITIVE_INFINITY, ask: Number.POSITIVE_INFINITY, draw: Number.POSITIVE_INFINITY }
    for (const meter of this.#meters) {
      const now = await meter.left(keyFor(meter, tenant, person))
      left[meter.kind] = Math.min(left[meter.kind], now.left)
    }
    return left
  }

  giveBack(kind: QuotaKind, tenant: Tenant, person: string): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      for (const meter of this.#meters) if (meter.kind === kind) await meter.giveBack(keyFor(meter, tenant, person))
    })
  }
}

/** A person of one tenant is another one elsewhere. */
const keyFor = ({ whose }: Meter, tenant: Tenant, person: string) =>
  safeName(whose === 'tenant' ? tenant : JSON.stringify([tenant, person]))
