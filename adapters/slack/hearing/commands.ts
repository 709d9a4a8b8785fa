/** Slash commands and the menus of messages, told to the bot. */
import { FamiliarError } from '../../../engine/errors.ts'
import type { CommandCall, MenuTarget, OptionValue, Person } from '../../../src/conversation/chat.ts'
import type { CommandInfo } from '../../command-info.ts'
import type { Origin, SlackExchange } from '../exchange.ts'
import { commandForm, needsForm } from '../forms/command-form.ts'
import { readCommand, slashName, type TypedOptions } from '../forms/slash-command.ts'
import { textOf } from '../reading/history.ts'
import type { SlackMessage } from '../reading/message.ts'
import { mentionsIn, plainText, spansOfMrkdwn } from '../reading/text.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { type Needs, placeOf, tell } from './needs.ts'

export interface SlashCommand {
  readonly command: string
  readonly text?: string
  readonly user_id: string
  readonly user_name?: string
  readonly channel_id: string
  readonly response_url: string
  readonly trigger_id: string
}

export interface MessageShortcut {
  readonly callback_id: string
  readonly trigger_id: string
  readonly response_url: string
  readonly user: { readonly id: string; readonly name?: string }
  readonly channel: { readonly id: string }
  readonly message: SlackMessage
}

export async function called(slash: SlashCommand, workspace: Workspace, needs: Needs): Promise<void> {
  const { user_id, user_name, channel_id, response_url, trigger_id, text = '' } = slash
  const [from, place] = await Promise.all([
    workspace.people.person(user_id, user_name),
    placeOf(workspace, channel_id, user_id),
  ])
  const command = needs.commands(from.locale).find(({ name }) => slashName(name) === slash.command)
  if (!command) return
  const origin: Origin = { workspace, from, place, kind: 'aside', responseUrl: response_url, trigger: trigger_id }
  await tell(origin, needs, async exchange => {
    const typed = readCommand(text, command.options)
    if (needsForm(typed, command.options)) return openForm(command, typed.given, from, exchange)
    const options = await optionsOf(typed.given, workspace)
    await needs.bot.called({ id: trigger_id, name: command.name, from, place, options }, exchange)
  })
}

export async function chosen(shortcut: MessageShortcut, workspace: Workspace, needs: Needs): Promise<void> {
  const { callback_id, trigger_id, response_url, user, channel, message } = shortcut
  const { ts, thread_ts } = message
  const [from, place, on] = await Promise.all([
    workspace.people.person(user.id, user.name),
    placeOf(workspace, channel.id, user.id, thread_ts ?? ts),
    targetOf(message, workspace, needs),
  ])
  const origin = { workspace, from, place, responseUrl: response_url, trigger: trigger_id }
  const threadIsOpen = thread_ts !== undefined
  const call: CommandCall = { id: trigger_id, name: callback_id, from, place, options: {}, on }
  await tell({ ...origin, kind: 'aside', threadIsOpen }, needs, exchange => needs.bot.called(call, exchange))
}

async function openForm(
  command: CommandInfo,
  given: TypedOptions,
  from: Person,
  exchange: SlackExchange,
): Promise<void> {
  try {
    await exchange.openModal(commandForm(command, given, from.locale))
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    await exchange.say({ text: error.message }, { privately: true })
  }
}

async function optionsOf(
  given: TypedOptions,
  { people, botUserId }: Workspace,
): Promise<Readonly<Record<string, OptionValue>>> {
  const options: Record<string, OptionValue> = {}
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'object') options[name] = await people.person(value.person)
    else if (typeof value === 'string') {
      const spans = spansOfMrkdwn(value)
      const names = new Map<string, string>()
      for (const id of mentionsIn(spans)) names.set(id, (await people.person(id)).name)
      options[name] = plainText(spans, id => names.get(id) ?? id, botUserId)
    } else options[name] = value
  }
  return options
}

async function targetOf(message: SlackMessage, workspace: Workspace, { pictures }: Needs): Promise<MenuTarget> {
  const { user, bot_id } = message
  return {
    from: user === undefined ? program(bot_id ?? '') : await workspace.people.person(user),
    text: await textOf(message, workspace),
    pictures: pictures.of(message, workspace),
  }
}

/** Slack says no more of programs that have no user. */
const program = (id: string): Person => ({ id, name: id, admin: false, roles: [], bot: true, locale: 'en' })
