/** Who is who in a workspace. What Slack says is kept for some minutes: every message asks. */
import type { Person } from '../../../src/conversation/chat.ts'
import type { Log } from '../../../src/conversation/needs.ts'
import { nearestLocale } from '../../../src/texts/texts.ts'
import { type Api, slackCode } from './api.ts'
import { saying } from './errors.ts'

const keptFor = 5 * 60_000
const mostKept = 5_000
const pageSize = 200
/** Of members; beyond them, nobody looks for admins. */
const mostPages = 50
/** Slack's own helper, which counts as a person. */
const slackbot = 'USLACKBOT'

interface Kept<Value> {
  readonly value: Promise<Value>
  readonly until: number
}

export class People {
  readonly #api: Api
  readonly #botUserId: string
  readonly #hasGroups: boolean
  readonly #log: Log
  readonly #persons = new Map<string, Kept<Person>>()
  /** Channels, which stay the same, by person. */
  readonly #directs = new Map<string, string>()
  #admins: Kept<readonly string[]> | undefined
  #groups: Kept<ReadonlyMap<string, readonly string[]>> | undefined

  /** @param scopes that the workspace has granted */
  constructor(api: Api, { botUserId }: { readonly botUserId: string }, scopes: readonly string[], log: Log) {
    this.#api = api
    this.#botUserId = botUserId
    this.#hasGroups = scopes.includes('usergroups:read')
    this.#log = log
  }

  /** Somebody whom Slack does not tell about, such as a member of another workspace, has little more than an id. */
  person(id: string, name = id): Promise<Person> {
    const kept = this.#persons.get(id)
    if (kept && kept.until > Date.now()) return kept.value
    const value = this.#ask(id).catch(error => {
      this.#persons.delete(id)
      this.#log.warn({ code: slackCode(error) }, 'Slack does not tell who somebody is')
      return { id, name, admin: false, roles: [], bot: id === this.#botUserId, locale: nearestLocale(undefined) }
    })
    this.#persons.delete(id)
    this.#persons.set(id, { value, until: Date.now() + keptFor })
    for (const oldest of this.#persons.keys()) {
      if (this.#persons.size <= mostKept) break
      this.#persons.delete(oldest)
    }
    return value
  }

  /** The channel in which the bot and somebody are alone, as far as it is known. @throws FamiliarError `PLACE_GONE` */
  async direct(id: string): Promise<string> {
    return this.#directs.get(id) ?? (await this.openDirect(id))
  }

  /** The same, asking Slack whether the bot may still write there. */
  async openDirect(id: string): Promise<string> {
    const { channel } = await saying('to write to somebody alone', () =>
      this.#api.call(client => client.conversations.open({ users: id })),
    )
    this.#directs.set(id, channel!.id!)
    return channel!.id!
  }

  /** Owners and administrators. */
  admins(): Promise<readonly string[]> {
    this.#admins = fresh(this.#admins) ?? keep(this.#askAdmins(), () => (this.#admins = undefined))
    return this.#admins.value
  }

  async #ask(id: string): Promise<Person> {
    const { user } = await this.#api.call(client => client.users.info({ user: id, include_locale: true }))
    const { profile, real_name, name, is_admin, is_owner, is_bot, locale } = user ?? {}
    return {
      id,
      name: profile?.display_name || profile?.real_name || real_name || name || id,
      admin: is_admin === true || is_owner === true,
      roles: (await this.#groupsOf().catch(() => undefined))?.get(id) ?? [],
      bot: is_bot === true || id === slackbot,
      locale: nearestLocale(locale),
    }
  }

  async #askAdmins(): Promise<readonly string[]> {
    const admins: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < mostPages; page++) {
      const { members = [], response_metadata } = await saying('to learn who runs the workspace', () =>
        this.#api.call(client => client.users.list({ limit: pageSize, ...(cursor && { cursor }) })),
      )
      for (const { id, deleted, is_bot, is_admin, is_owner } of members)
        if (id && !deleted && !is_bot && (is_admin || is_owner)) admins.push(id)
      cursor = response_metadata?.next_cursor
      if (!cursor) break
    }
    return admins
  }

  /** Ids, handles and names of the user groups that each person is in. */
  #groupsOf(): Promise<ReadonlyMap<string, readonly string[]>> {
    if (!this.#hasGroups) return Promise.resolve(new Map())
    this.#groups = fresh(this.#groups) ?? keep(this.#askGroups(), () => (this.#groups = undefined))
    return this.#groups.value
  }

  async #askGroups(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { usergroups = [] } = await this.#api.call(client => client.usergroups.list({ include_users: true }))
    const roles = new Map<string, string[]>()
    for (const { id, handle, name, users = [] } of usergroups)
      for (const user of users)
        roles.set(user, [...(roles.get(user) ?? []), ...[id, handle, name].flatMap(each => each ?? [])])
    return roles
  }
}

const fresh = <Value>(kept: Kept<Value> | undefined) => (kept && kept.until > Date.now() ? kept : undefined)

function keep<Value>(value: Promise<Value>, forget: () => void): Kept<Value> {
  // What failed is asked again; whoever waits for it is told.
  value.catch(forget)
  return { value, until: Date.now() + keptFor }
}
