/** The application's commands, everywhere and in single guilds. */
import { DiscordError } from '../errors.ts'
import type { Channel, User } from './model.ts'
import { channelPermissions } from './permissions.ts'
import type { World } from './world.ts'

export const CommandType = { ChatInput: 1, User: 2, Message: 3 } as const
export const OptionType = {
  Subcommand: 1,
  SubcommandGroup: 2,
  String: 3,
  Integer: 4,
  Boolean: 5,
  User: 6,
  Channel: 7,
  Role: 8,
  Mentionable: 9,
  Number: 10,
  Attachment: 11,
} as const

type Localised = Readonly<Record<string, string>> | null

export interface CommandOption {
  readonly type: number
  readonly name: string
  readonly name_localizations?: Localised
  readonly description: string
  readonly description_localizations?: Localised
  readonly required?: boolean | null
  readonly autocomplete?: boolean | null
  readonly choices?:
    | readonly {
        readonly name: string
        readonly name_localizations?: Localised
        readonly value: string | number
      }[]
    | null
  readonly min_length?: number | null
  readonly max_length?: number | null
  readonly min_value?: number | null
  readonly max_value?: number | null
  readonly file_types?: readonly string[] | null
  readonly options?: readonly CommandOption[] | null
}

/** As it is sent. */
export interface CommandBody {
  readonly name: string
  readonly name_localizations?: Localised
  readonly type?: number | null
  readonly description?: string | null
  readonly description_localizations?: Localised
  readonly options?: readonly CommandOption[] | null
  readonly default_member_permissions?: string | number | null
  readonly contexts?: readonly number[] | null
  readonly integration_types?: readonly number[] | null
  readonly dm_permission?: boolean | null
  readonly nsfw?: boolean | null
}

export type Command = CommandBody & { readonly id: string; readonly type: number; readonly version: string }

export class Commands {
  readonly #world: World
  /** By the guild's id; those for everywhere under the empty one. */
  readonly #registered = new Map<string, readonly Command[]>()
  #creates: number[] = []

  constructor(world: World) {
    this.#world = world
  }

  of(guild = ''): readonly Command[] {
    return this.#registered.get(guild) ?? []
  }

  /** Registers these and no others. Those that were there under their name keep their id. @throws DiscordError 30034 */
  replace(guild: string, bodies: readonly CommandBody[]): readonly Command[] {
    const before = this.of(guild)
    const known = (body: CommandBody) =>
      before.find(({ name, type }) => name === body.name && type === (body.type ?? 1))
    this.#count(bodies.filter(body => !known(body)).length)
    const commands = bodies.map(body => this.#filled(body, guild, known(body)?.id))
    this.#registered.set(guild, commands)
    return commands
  }

  /** The bot was removed from a guild. */
  forget(guild: string): void {
    this.#registered.delete(guild)
  }

  /** A command that this person can choose there, by the API's name of it or that of their language. */
  find(channel: Channel, user: User, type: number, name: string): Command | undefined {
    return this.offered(channel, user, type).find(command => localName(command, user) === name || command.name === name)
  }

  /** A guild's commands hide the global ones of the same name. */
  offered(channel: Channel, user: User, type: number): readonly Command[] {
    const { guild } = channel
    const context = guild ? 0 : 1
    if (guild && !guild.members.has(this.#world.bot.id)) return []
    const own = guild ? this.of(guild.id) : []
    const all = [
      ...own,
      ...this.of().filter(each => !own.some(({ name, type }) => name === each.name && type === each.type)),
    ]
    return all.filter(command => {
      if (command.type !== type || !(command.contexts ?? [0, 1, 2]).includes(context)) return false
      const needed = command.default_member_permissions
      if (!guild || needed === null || needed === undefined) return true
      const has = channelPermissions(channel, user)
      // “0” is for administrators only.
      const bits = BigInt(needed)
      return bits === 0n ? (has & 8n) !== 0n : (has & bits) === bits
    })
  }

  #count(creates: number): void {
    const { commandCreates } = this.#world.options
    const now = this.#world.now()
    this.#creates = this.#creates.filter(at => now - at < 24 * 60 * 60_000)
    if (this.#creates.length + creates > commandCreates) throw new DiscordError(30034)
    this.#creates.push(...Array.from({ length: creates }, () => now))
  }

  #filled(body: CommandBody, guild: string, id = this.#world.nextId()): Command {
    const { default_member_permissions: permissions } = body
    return {
      description: '',
      contexts: null,
      integration_types: [0],
      dm_permission: true,
      nsfw: false,
      ...body,
      default_member_permissions: permissions === null || permissions === undefined ? null : String(permissions),
      type: body.type ?? CommandType.ChatInput,
      id,
      version: this.#world.nextId(),
      ...{ application_id: this.#world.applicationId, ...(guild && { guild_id: guild }) },
    }
  }
}

/** As a client in the person's language shows it. */
export function localName(
  named: { readonly name: string; readonly name_localizations?: Localised },
  { locale }: User,
): string {
  return named.name_localizations?.[locale] ?? named.name
}
