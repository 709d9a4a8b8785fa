/** What somebody has begun to say and may go on with by a button, for a while and in memory only. */
import { randomUUID } from 'node:crypto'
import type { Person, Tenant } from './chat.ts'

interface Draft {
  readonly tenant: Tenant
  readonly by: string
  readonly value: unknown
  readonly until: number
}

const most = 200
const lifetime = 30 * 60 * 1000

export class Drafts {
  readonly #drafts = new Map<string, Draft>()

  /** Keeps a value for one person, and resolves to what a button's action can carry. */
  keep(tenant: Tenant, { id: by }: Person, value: unknown): string {
    const token = randomUUID().slice(0, 18)
    this.#drafts.set(token, { tenant, by, value, until: Date.now() + lifetime })
    for (const oldest of this.#drafts.keys()) {
      if (this.#drafts.size <= most) break
      this.#drafts.delete(oldest)
    }
    return token
  }

  /** The value, as long as it is kept and asked for by the same person. */
  find<Value>(tenant: Tenant, { id: by }: Person, token: string): Value | undefined {
    const draft = this.#drafts.get(token)
    if (!draft || draft.tenant !== tenant || draft.by !== by || draft.until < Date.now()) return undefined
    return draft.value as Value
  }

  /** The same, and it is not kept any longer. */
  take<Value>(tenant: Tenant, by: Person, token: string): Value | undefined {
    const value = this.find<Value>(tenant, by, token)
    if (value !== undefined) this.#drafts.delete(token)
    return value
  }

  forgetPerson(tenant: Tenant, person: string): void {
    for (const [token, draft] of this.#drafts)
      if (draft.tenant === tenant && draft.by === person) this.#drafts.delete(token)
  }
}
