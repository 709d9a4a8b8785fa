/** Tenants that the bot was removed from: their data is deleted after some days, unless it is back by then. */
import type { Tenant } from './chat.ts'
import type { Records } from './needs.ts'
import type { Services } from './services.ts'

const day = 24 * 3600 * 1000

export class Departures {
  /** When it was removed from each, ISO 8601. */
  readonly #records: Records<string>

  constructor(records: Records<string>) {
    this.#records = records
  }

  /** Nobody waits for its lessons any more; everything else is kept for now. */
  async left(tenant: Tenant, { queue }: Services): Promise<void> {
    await this.#records.set(tenant, new Date().toISOString())
    for (const { id, by } of queue.list(tenant)) await queue.cancel(id, by.id)
  }

  async joined(tenant: Tenant): Promise<void> {
    await this.#records.delete(tenant)
  }

  /** Deletes all of the tenants whose time is over. */
  async sweep({ library, drawings, settings, policy, log }: Services, now = Date.now()): Promise<void> {
    for (const [tenant, since] of await this.#records.entries()) {
      if (Date.parse(since) + policy.graceDays * day > now) continue
      await library.forgetTenant(tenant)
      await drawings.forgetTenant(tenant)
      await settings.forgetTenant(tenant)
      await this.#records.delete(tenant)
      log.info({ tenant }, 'the data of a tenant that the bot was removed from is deleted')
    }
  }
}
