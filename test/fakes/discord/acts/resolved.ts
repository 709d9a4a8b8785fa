/** What ids in an interaction's data mean: sent along with it. */
import { storeFile } from '../cdn.ts'
import { filePayload } from '../payloads/components.ts'
import { channelPayload, partialMember, rolePayload, userPayload } from '../payloads/guilds.ts'
import type { Channel } from '../state/model.ts'
import { channelPermissions } from '../state/permissions.ts'
import { compareIds } from '../state/snowflakes.ts'
import type { World } from '../state/world.ts'
import { type FakeFile, Refused } from '../types.ts'

export class Resolved {
  readonly #world: World
  readonly #channel: Channel
  readonly #kinds: Record<string, Record<string, object>> = {}

  constructor(world: World, channel: Channel) {
    this.#world = world
    this.#channel = channel
  }

  /** @throws Refused where there is nobody of that id */
  user(id: string): string {
    const user = this.#world.users.get(id)
    if (!user) throw new Refused(`There is no user ${id}`)
    this.#add('users', id, userPayload(user))
    const member = this.#channel.guild?.members.get(id)
    if (member)
      this.#add('members', id, {
        ...partialMember(member),
        permissions: String(channelPermissions(this.#channel, user)),
      })
    return id
  }

  /** @throws Refused */
  role(id: string): string {
    const role = this.#channel.guild?.roles.get(id)
    if (!role) throw new Refused(`There is no role ${id}`)
    this.#add('roles', id, rolePayload(role, this.#world))
    return id
  }

  /** @throws Refused */
  channel(id: string): string {
    const channel = this.#world.channels.get(id)
    if (!channel || channel.guild !== this.#channel.guild) throw new Refused(`There is no channel ${id}`)
    const permissions = String(channelPermissions(channel, this.#world.bot))
    this.#add('channels', id, { ...channelPayload(channel), permissions })
    return id
  }

  mentionable(id: string): string {
    return this.#world.users.has(id) ? this.user(id) : this.role(id)
  }

  /** Uploads it, for a while. */
  async file(file: FakeFile): Promise<string> {
    const stored = await storeFile(this.#world, file, { folder: this.#world.applicationId, ephemeral: true })
    this.#add('attachments', stored.id, filePayload(stored, this.#world))
    return stored.id
  }

  /** Nothing where nothing was resolved. Each kind is in the order of its ids, however long uploads took. */
  get payload(): { readonly resolved?: object } {
    const kinds = Object.entries(this.#kinds).map(([kind, payloads]) => {
      const sorted = Object.entries(payloads).sort(([a], [b]) => compareIds(a, b))
      return [kind, Object.fromEntries(sorted)]
    })
    return kinds.length ? { resolved: Object.fromEntries(kinds) } : {}
  }

  #add(kind: string, id: string, payload: object): void {
    this.#kinds[kind] ??= {}
    this.#kinds[kind][id] = payload
  }
}
