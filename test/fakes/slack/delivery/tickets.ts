/** What Slack hands to an app to come back with: trigger ids, response URLs, OAuth codes. Each lives a while only. */
import { randomBytes } from 'node:crypto'
import type { MessageState } from '../world/state.ts'
import type { World } from '../world/world.ts'

const responseUrlMinutes = 30
const responseUrlUses = 5

interface Trigger {
  readonly team: string
  readonly user: string
  readonly at: number
  used: boolean
}
export interface ResponseUrl {
  readonly team: string
  readonly user: string
  readonly channel: string
  /** The message whose button was pressed. */
  readonly message?: MessageState
  readonly at: number
  uses: number
}
export interface OAuthCode {
  readonly team: string
  readonly user: string
  readonly scopes: readonly string[]
  readonly redirectUri: string
}

export class Tickets {
  readonly codes = new Map<string, OAuthCode>()
  readonly #triggers = new Map<string, Trigger>()
  readonly #responseUrls = new Map<string, ResponseUrl>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  trigger(team: string, user: string): string {
    const id = `${Date.now()}.${this.#triggers.size + 1}.${randomBytes(8).toString('hex')}`
    this.#triggers.set(id, { team, user, at: Date.now(), used: false })
    return id
  }

  /** Whom a trigger belongs to, once. Otherwise Slack's error. */
  exchange(id: string, team: string): Trigger | 'invalid_trigger_id' | 'exchanged_trigger_id' | 'expired_trigger_id' {
    const trigger = this.#triggers.get(id)
    if (!trigger || trigger.team !== team) return 'invalid_trigger_id'
    if (trigger.used) return 'exchanged_trigger_id'
    if (Date.now() - trigger.at > this.#world.settings.ackWithin) return 'expired_trigger_id'
    trigger.used = true
    return trigger
  }

  responseUrl(target: Omit<ResponseUrl, 'at' | 'uses'>): string {
    const path = `/response/${target.team}/${randomBytes(12).toString('hex')}`
    this.#responseUrls.set(path, { ...target, at: Date.now(), uses: 0 })
    return this.#world.url + path
  }

  /** Where an answer goes, up to five times in half an hour. Otherwise Slack's error. */
  use(path: string): ResponseUrl | 'invalid_url' | 'used_url' | 'expired_url' {
    const target = this.#responseUrls.get(path)
    if (!target) return 'invalid_url'
    if (Date.now() - target.at > responseUrlMinutes * 60_000) return 'expired_url'
    if (target.uses >= responseUrlUses) return 'used_url'
    target.uses++
    return target
  }
}
