/** Registration of commands, everywhere and in one guild. */
import { DiscordError } from '../../errors.ts'
import type { Command, CommandBody } from '../../state/commands.ts'
import type { Handler, RestCall } from '../api.ts'
import { guildOf } from '../lookup.ts'
import { checkCommands } from '../rules/commands.ts'

/** Of everywhere: empty. @throws DiscordError 50001 for another application or a guild without the bot */
function scope(call: RestCall): string {
  const { params, world } = call
  if (params.application_id !== world.applicationId) throw new DiscordError(50001)
  if (params.guild_id === undefined) return ''
  if (!world.guilds.get(params.guild_id)?.members.has(world.bot.id)) throw new DiscordError(50001)
  return guildOf(call).id
}

function commandOf(call: RestCall): Command {
  const found = call.world.commands.of(scope(call)).find(({ id }) => id === call.params.command_id)
  if (!found) throw new DiscordError(10063)
  return found
}

const list: Handler = call => {
  const commands = call.world.commands.of(scope(call))
  if (call.query.get('with_localizations') === 'true') return [...commands]
  return commands.map(({ name_localizations: _, description_localizations: __, ...command }) => command)
}

const replaceAll: Handler = call => {
  const bodies = (call.body ?? []) as CommandBody[]
  checkCommands(bodies, String)
  return [...call.world.commands.replace(scope(call), bodies)]
}

const create: Handler = call => {
  const body = call.body as CommandBody
  const at = scope(call)
  checkCommands([body], () => '')
  const same = ({ name, type }: CommandBody) => name === body.name && (type ?? 1) === (body.type ?? 1)
  const { commands } = call.world
  return commands.replace(at, [...commands.of(at).filter(each => !same(each)), body]).at(-1)
}

const change: Handler = call => {
  const before = commandOf(call)
  const after = { ...before, ...(call.body as Partial<CommandBody>) }
  checkCommands([after], () => '')
  const { commands } = call.world
  const all = commands.of(scope(call)).map(each => (each === before ? after : each))
  return commands.replace(scope(call), all).find(({ name, type }) => name === after.name && type === after.type)
}

const remove: Handler = call => {
  const gone = commandOf(call)
  const { commands } = call.world
  commands.replace(
    scope(call),
    commands.of(scope(call)).filter(each => each !== gone),
  )
  return undefined
}

export const commandRoutes: Readonly<Record<string, Handler>> = Object.fromEntries(
  ['/applications/{application_id}/commands', '/applications/{application_id}/guilds/{guild_id}/commands'].flatMap(
    base => [
      [`GET ${base}`, list],
      [`PUT ${base}`, replaceAll],
      [`POST ${base}`, create],
      [`GET ${base}/{command_id}`, commandOf],
      [`PATCH ${base}/{command_id}`, change],
      [`DELETE ${base}/{command_id}`, remove],
    ],
  ),
)
