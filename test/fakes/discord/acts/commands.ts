/** From what somebody types after a slash to the data of an interaction. */
import { type Command, type CommandOption, CommandType, localName, OptionType } from '../state/commands.ts'
import type { Channel, User } from '../state/model.ts'
import type { World } from '../state/world.ts'
import { type FakeFile, type OptionInput, Refused } from '../types.ts'
import { Resolved } from './resolved.ts'

type Inputs = Readonly<Record<string, OptionInput>>

interface Chosen {
  readonly command: Command
  /** Subcommands on the way, outermost first. */
  readonly path: readonly CommandOption[]
  readonly options: readonly CommandOption[]
}

/** @throws Refused where this person is offered no such command */
export function choose(world: World, channel: Channel, user: User, words: string): Chosen {
  const [name, ...subs] = words.split(' ')
  const command = world.commands.find(channel, user, CommandType.ChatInput, name!)
  if (!command) throw new Refused(`${user.globalName} is offered no command /${name} here`)
  let options = command.options ?? []
  const path: CommandOption[] = []
  for (const sub of subs) {
    const found = named(options, sub, user)
    if (!found || found.type > OptionType.SubcommandGroup) throw new Refused(`There is no command /${words}`)
    path.push(found)
    options = found.options ?? []
  }
  if (options.some(({ type }) => type <= OptionType.SubcommandGroup)) throw new Refused(`/${words} needs a subcommand`)
  return { command, path, options }
}

function named(options: readonly CommandOption[], name: string, user: User): CommandOption | undefined {
  return options.find(option => option.name === name || localName(option, user) === name)
}

/** Data of the whole command. @throws Refused for what a client would not send */
export async function commandData(world: World, channel: Channel, user: User, chosen: Chosen, inputs: Inputs) {
  const { options } = chosen
  const missing = options.find(
    option => option.required && !Object.keys(inputs).some(name => named([option], name, user)),
  )
  if (missing) throw new Refused(`The option ${missing.name} is required`)
  const resolved = new Resolved(world, channel)
  const given = await Promise.all(
    Object.entries(inputs).map(async ([name, input]) => {
      const option = expected(options, name, user)
      const instead = wanted(option, input)
      if (instead) throw new Refused(`The option ${option.name} takes ${instead}`)
      return { name: option.name, type: option.type, value: await wireValue(option, input, resolved) }
    }),
  )
  return { ...header(chosen, channel), ...nested(chosen, given), ...resolved.payload }
}

/** Data while one option is being typed. @throws Refused where it is not completed */
export function completionData(
  channel: Channel,
  user: User,
  chosen: Chosen,
  { option: name, typed, filled }: { option: string; typed: string; filled: Inputs },
) {
  const option = expected(chosen.options, name, user)
  if (!option.autocomplete) throw new Refused(`The option ${name} is not completed`)
  const others = Object.entries(filled).map(([other, value]) => {
    const { name, type } = expected(chosen.options, other, user)
    return { name, type, value: typeof value === 'object' && 'id' in value ? value.id : value }
  })
  const focused = { name: option.name, type: option.type, value: typed, focused: true }
  return { ...header(chosen, channel), ...nested(chosen, [...others, focused]) }
}

function expected(options: readonly CommandOption[], name: string, user: User): CommandOption {
  const option = named(options, name, user)
  if (!option) throw new Refused(`There is no option ${name}`)
  return option
}

function header({ command }: Chosen, { guild }: Channel) {
  const { id, name, type } = command
  const ofGuild = guild && 'guild_id' in command && { guild_id: guild.id }
  return { id, name, type, ...ofGuild }
}

function nested({ path }: Chosen, options: readonly object[]): { options?: readonly object[] } {
  const all = path.reduceRight<readonly object[]>((inner, { name, type }) => [{ name, type, options: inner }], options)
  return all.length ? { options: all } : {}
}

/** What the client wants instead; undefined when the input is good. */
function wanted(option: CommandOption, input: OptionInput): string | undefined {
  const { type, choices } = option
  if (choices?.length && !choices.some(({ value }) => value === input)) return 'one of its choices'
  const isFile = typeof input === 'object' && 'bytes' in input
  if (type === OptionType.String) return wantedText(option, input)
  if (type === OptionType.Integer || type === OptionType.Number) return wantedNumber(option, input)
  if (type === OptionType.Boolean) return typeof input === 'boolean' ? undefined : 'true or false'
  if (type === OptionType.Attachment) return isFile ? undefined : 'a file'
  return typeof input === 'object' && !isFile ? undefined : 'somebody or something of the guild'
}

function wantedText({ min_length: min, max_length: max }: CommandOption, input: OptionInput): string | undefined {
  if (typeof input !== 'string' || !input) return 'text'
  if (input.length < (min ?? 0)) return `at least ${min} characters`
  return input.length > (max ?? 6000) ? `at most ${max ?? 6000} characters` : undefined
}

function wantedNumber({ type, min_value: min, max_value: max }: CommandOption, input: OptionInput): string | undefined {
  if (typeof input !== 'number') return 'a number'
  if (type === OptionType.Integer && !Number.isInteger(input)) return 'a whole number'
  return input < (min ?? input) || input > (max ?? input) ? `${min ?? ''}…${max ?? ''}` : undefined
}

async function wireValue(
  { type }: CommandOption,
  input: OptionInput,
  resolved: Resolved,
): Promise<string | number | boolean> {
  if (type === OptionType.Attachment) return resolved.file(input as FakeFile)
  if (typeof input !== 'object') return input
  const { id } = input as { id: string }
  if (type === OptionType.User) return resolved.user(id)
  if (type === OptionType.Role) return resolved.role(id)
  return type === OptionType.Channel ? resolved.channel(id) : resolved.mentionable(id)
}
