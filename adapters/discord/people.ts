/** People as the bot knows them, and those who run a server, as far as they have been seen. */
import {
  type APIInteractionGuildMember,
  type Client,
  GuildMember,
  LimitedCollection,
  PermissionFlagsBits,
  PermissionsBitField,
  type User,
} from 'discord.js'
import type { Person, Tenant } from '../../src/conversation/chat.ts'
import { type Locale, nearestLocale } from '../../src/texts/texts.ts'
import type { Recall } from './memory.ts'
import { guildOf, personOf } from './places.ts'

type Member = GuildMember | APIInteractionGuildMember

export class People {
  readonly #client: () => Client | undefined
  readonly #recall: Recall
  /** Languages of people's clients, which only interactions tell. */
  readonly #locales = new LimitedCollection<string, Locale>({ maxSize: 10_000 })
  /** Who has been noted as running a server, or as not doing so. */
  readonly #noted = new LimitedCollection<string, boolean>({ maxSize: 10_000 })

  constructor(client: () => Client | undefined, recall: Recall) {
    this.#client = client
    this.#recall = recall
  }

  /** Somebody's client speaks this language. */
  speaks(user: string, tag: string): void {
    this.#locales.set(user, nearestLocale(tag))
  }

  /** @param member of the tenant's server; nobody when they are not, or in direct messages */
  person(user: User, tenant: Tenant, member?: Member | null): Person {
    const guild = guildOf(tenant)
    const admin = guild ? runs(member) : personOf(tenant) === user.id
    if (guild && member && !user.bot) this.#note(guild, user.id, admin)
    return {
      id: user.id,
      name: nameOf(user, member),
      admin,
      roles: rolesOf(member),
      bot: user.bot,
      locale: this.#localeOf(user.id, guild),
    }
  }

  /** Somebody who acts outside the tenant's server, such as in a direct message on its behalf. */
  async personAway(user: User, tenant: Tenant): Promise<Person> {
    const guild = this.#guild(guildOf(tenant))
    const member = await guild?.members.fetch({ user: user.id, force: true }).catch(() => undefined)
    return this.person(user, tenant, member)
  }

  /** The owner, and those who have been seen to run the server and still do. */
  async admins(guildId: string): Promise<readonly string[]> {
    const guild = this.#guild(guildId)
    const seen = (await this.#recall.list(adminsOf(guildId))) ?? []
    if (!guild) return seen
    const still: string[] = []
    for (const id of seen) {
      const member = await guild.members.fetch({ user: id, force: true }).catch(() => undefined)
      if (member && runs(member)) still.push(id)
      else this.#note(guildId, id, false)
    }
    return [...new Set([guild.ownerId, ...still])]
  }

  #note(guild: string, user: string, admin: boolean): void {
    const key = `${guild} ${user}`
    if ((this.#noted.get(key) ?? false) === admin && this.#noted.has(key)) return
    this.#noted.set(key, admin)
    const change = (ids: readonly string[] = []) => {
      const others = ids.filter(id => id !== user)
      return admin ? [...others, user] : others
    }
    // A report reaches the owner all the same.
    this.#recall.changeList(adminsOf(guild), change).catch(() => this.#noted.delete(key))
  }

  #localeOf(user: string, guild: string | undefined): Locale {
    return this.#locales.get(user) ?? nearestLocale(this.#guild(guild)?.preferredLocale)
  }

  #guild(id: string | undefined) {
    return id === undefined ? undefined : this.#client()?.guilds.cache.get(id)
  }
}

const adminsOf = (guild: string) => `admins:${guild}`

function runs(member: Member | null | undefined): boolean {
  if (!member) return false
  const permissions =
    member instanceof GuildMember ? member.permissions : new PermissionsBitField(BigInt(member.permissions))
  // Whoever owns the server or administrates it has every permission.
  return permissions.has(PermissionFlagsBits.ManageGuild)
}

function nameOf(user: User, member: Member | null | undefined): string {
  if (member instanceof GuildMember) return member.displayName
  return member?.nick ?? user.displayName
}

/** Ids and, where the server is known, names; without the role that everybody has. */
function rolesOf(member: Member | null | undefined): string[] {
  if (!member) return []
  if (!(member instanceof GuildMember)) return [...member.roles]
  const roles = [...member.roles.cache.values()].filter(({ id }) => id !== member.guild.id)
  return roles.flatMap(({ id, name }) => [id, name])
}
