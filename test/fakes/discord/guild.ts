/** A guild (a “server”) for tests: members, roles and channels. */
import { FakeChannel } from './channel.ts'
import { rolePayload } from './payloads/guilds.ts'
import type { Person } from './person.ts'
import { channelTold, guildCreated, guildGone, guildRolesTold, memberGone, memberTold } from './state/events.ts'
import { ChannelType, type Guild, type Role } from './state/model.ts'
import { Permission } from './state/permissions.ts'
import type { World } from './state/world.ts'

/** What the invitation asks for: ViewChannel, SendMessages, SendMessagesInThreads, AttachFiles, ReadMessageHistory. */
export const invitedPermissions =
  Permission.ViewChannel |
  Permission.SendMessages |
  Permission.SendMessagesInThreads |
  Permission.AttachFiles |
  Permission.ReadMessageHistory

const channelTypes = {
  text: ChannelType.Text,
  announcement: ChannelType.Announcement,
  voice: ChannelType.Voice,
  forum: ChannelType.Forum,
} as const

export interface MemberOptions {
  readonly nick?: string
  /** Roles' ids. */
  readonly roles?: readonly string[]
}

export class FakeGuild {
  readonly id: string
  readonly name: string
  readonly #world: World
  readonly #guild: Guild

  constructor(world: World, guild: Guild) {
    this.#world = world
    this.#guild = guild
    this.id = guild.id
    this.name = guild.name
  }

  /** Somebody becomes a member. */
  join({ id }: Person, { nick, roles = [] }: MemberOptions = {}): void {
    const member = { user: this.#world.users.get(id)!, nick, roles: [...roles], joinedAt: this.#world.now() }
    this.#guild.members.set(id, member)
    memberTold(this.#world, 'ADD', this.#guild, member)
  }

  /** Leaves, or is made to. */
  leave({ id }: Person): void {
    if (this.#guild.members.delete(id)) memberGone(this.#world, this.#guild, this.#world.users.get(id)!)
  }

  /** @param options.permissions bits of `PermissionFlagsBits` */
  addRole({ name, permissions = 0n }: { name: string; permissions?: bigint }): {
    readonly id: string
    readonly name: string
  } {
    const position = this.#guild.roles.size
    const role = { id: this.#world.nextId(), name, permissions, position, managed: false }
    this.#guild.roles.set(role.id, role)
    guildRolesTold(this.#world, 'GUILD_ROLE_CREATE', this.#guild, rolePayload(role, this.#world))
    return { id: role.id, name }
  }

  /** The roles of a person, or of the bot, from here on. */
  setRoles({ id }: { readonly id: string }, roles: readonly string[]): void {
    const member = this.#guild.members.get(id)!
    member.roles = [...member.roles.filter(role => this.#guild.roles.get(role)?.managed), ...roles]
    memberTold(this.#world, 'UPDATE', this.#guild, member)
  }

  /** What all may; at first what a new guild lets them. The bot may that, too, beside what its own role may. */
  setEveryonesPermissions(bits: bigint): void {
    this.#setPermissions(this.#guild.roles.get(this.id)!, bits)
  }

  /** What the bot's own role may; at first what the invitation asks for ({@link invitedPermissions}). */
  setBotPermissions(bits: bigint): void {
    this.#setPermissions([...this.#guild.roles.values()].find(({ managed }) => managed)!, bits)
  }

  addChannel({ name, type = 'text' }: { name: string; type?: keyof typeof channelTypes }): FakeChannel {
    const channel = this.#world.addChannel({ type: channelTypes[type], name, guild: this.#guild })
    channelTold(this.#world, 'CREATE', channel)
    return new FakeChannel(this.#world, channel)
  }

  /** The bot is kicked or banned: it loses its commands here. */
  removeBot(): void {
    const { members, roles, id } = this.#guild
    members.delete(this.#world.bot.id)
    for (const role of roles.values()) if (role.managed) roles.delete(role.id)
    this.#world.commands.forget(id)
    guildGone(this.#world, this.#guild)
  }

  /** The bot is invited (again), or an outage is over. */
  addBot(): void {
    const { bot } = this.#world
    this.#guild.unavailable = false
    if (!this.#guild.members.has(bot.id)) {
      const role: Role = {
        id: this.#world.nextId(),
        name: bot.globalName,
        permissions: invitedPermissions,
        position: this.#guild.roles.size,
        managed: true,
      }
      this.#guild.roles.set(role.id, role)
      this.#guild.members.set(bot.id, { user: bot, roles: [role.id], joinedAt: this.#world.now() })
    }
    guildCreated(this.#world, this.#guild)
  }

  /** Discord has an outage here: unavailable until `addBot`. It is no removal. */
  outage(): void {
    this.#guild.unavailable = true
    guildGone(this.#world, this.#guild)
  }

  /** Boosts: 2 raises the upload limit to 50 MiB, 3 to 100 MiB. */
  boost(tier: 0 | 1 | 2 | 3): void {
    this.#guild.premiumTier = tier
  }

  #setPermissions(role: Role, bits: bigint): void {
    role.permissions = bits
    guildRolesTold(this.#world, 'GUILD_ROLE_UPDATE', this.#guild, rolePayload(role, this.#world))
  }
}
