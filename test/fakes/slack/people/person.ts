/** One person in front of a client: what they do, and what they see. */

import { homeOpened } from '../delivery/events.ts'
import {
  type Actor,
  messageButton,
  messageShortcut,
  slashCommand,
  viewButton,
  viewClosed,
  viewSubmission,
} from '../delivery/interactions.ts'
import type { SlackPerson, SlackTeam, Where } from '../face.ts'
import { ClientRefusal } from '../refusal.ts'
import { answer } from '../server/response-url.ts'
import type { FilledIn, Notification, SeenButton, SeenMessage, SeenView, Typed } from '../types.ts'
import { deleteFile } from '../web-api/files.ts'
import { ApiError } from '../web-api/method.ts'
import { checkedView, replaceView, showView } from '../web-api/views.ts'
import { addFile } from '../world/files.ts'
import { change, post, remove } from '../world/posting.ts'
import type { Block, Json } from '../world/state.ts'
import { appMay, readable, seenBy, visible, writable } from './access.ts'
import { filledIn, seenView } from './forms.ts'
import { installThroughPages } from './installing.ts'
import { suggestions } from './suggestions.ts'
import { commandText, composed } from './typing.ts'

export class Person implements SlackPerson {
  readonly team: SlackTeam
  readonly #actor: Actor

  constructor(actor: Actor, team: SlackTeam) {
    this.#actor = actor
    this.team = team
  }

  get id(): string {
    return this.#actor.user.id
  }
  get name(): string {
    return this.#actor.user.name
  }
  get mention(): string {
    return `<@${this.id}>`
  }

  async post(where: Where, { text = '', files = [], thread, broadcast = false }: Typed): Promise<string> {
    const { world, team, user } = this.#actor
    const channel = writable(this.#actor, where)
    const root = thread === undefined ? undefined : visible(this.#actor, channel, thread)
    if (text === '' && files.length === 0) throw new ClientRefusal('no_text', 'an empty message cannot be sent')
    if (channel.kind === 'im' && channel.with !== this.id) throw new ClientRefusal('not_in_channel')
    const message = post(world, team, channel, {
      user: this.id,
      botId: user.botId,
      ...(user.webhook && { subtype: 'bot_message', username: user.name }),
      ...composed(team, text, world.ids.next('b')),
      files: files.map(file => addFile(world, team, this.id, file)),
      thread: root && (root.thread ?? root.ts),
      broadcast: root !== undefined && broadcast,
    })
    return message.ts
  }

  async edit(where: Where, ts: string, text: string): Promise<void> {
    const { world, team } = this.#actor
    const message = visible(this.#actor, writable(this.#actor, where), ts)
    if (message.user !== this.id) throw new ClientRefusal('cant_update_message')
    const edited = { user: this.id, ts: world.ids.ts() }
    change(world, team, message, { ...composed(team, text, world.ids.next('b')), edited })
  }

  async delete(where: Where, ts: string): Promise<void> {
    const { world, team, user } = this.#actor
    const message = visible(this.#actor, readable(this.#actor, where), ts)
    if (message.user !== this.id && !user.admin && !user.owner) throw new ClientRefusal('cant_delete_message')
    remove(world, team, message)
  }

  async deleteFile(id: string): Promise<void> {
    const { world, team } = this.#actor
    const file = team.files.get(id)
    if (file?.user !== this.id) throw new ClientRefusal('cant_delete_file')
    deleteFile(world, team, file)
  }

  async command(where: Where, command: string, text = '', options: { thread?: string } = {}): Promise<void> {
    const { world, team } = this.#actor
    const channel = writable(this.#actor, where)
    const known = world.manifest.features.slash_commands?.find(each => each.command === command)
    if (!known || !appMay(this.#actor, 'commands'))
      throw new ClientRefusal('unknown_command', `${command} is not a valid command`)
    if (options.thread !== undefined) throw new ClientRefusal('not_in_thread', `${command} is not supported in threads`)
    const said = await slashCommand(
      this.#actor,
      channel,
      command,
      commandText(team, text, known.should_escape === true),
    )
    const message = typeof said === 'string' ? { text: said } : (said as Json | undefined)
    if (!message || Object.keys(message).length === 0) return
    try {
      answer(world, { team: team.id, user: this.id, channel: channel.id }, message)
    } catch (error) {
      throw error instanceof ApiError ? new ClientRefusal(error.code) : error
    }
  }

  async shortcut(where: Where, ts: string, name: string): Promise<void> {
    const { shortcuts = [] } = this.#actor.world.manifest.features
    const known = shortcuts.find(each => each.type === 'message' && (each.callback_id === name || each.name === name))
    if (!known || !appMay(this.#actor, 'commands')) throw new ClientRefusal('unknown_shortcut')
    const message = visible(this.#actor, readable(this.#actor, where), ts)
    if (message.ephemeralFor) throw new ClientRefusal('no_menu', 'an ephemeral message has no menu of shortcuts')
    await messageShortcut(this.#actor, message, known.callback_id)
  }

  async press(on: SeenMessage | SeenView, button: string | SeenButton): Promise<void> {
    const { world, team, user } = this.#actor
    const wanted = typeof button === 'string' ? button : button.actionId
    const seen = on.buttons.find(({ label, actionId }) => wanted === label || wanted === actionId)
    if (!appMay(this.#actor) || !world.manifest.settings.interactivity?.is_enabled)
      throw new ClientRefusal('interactivity_off')
    if ('ts' in on) {
      const message = visible(this.#actor, readable(this.#actor, team.channels.get(on.channel)!), on.ts)
      return messageButton(this.#actor, message, buttonOf(message.blocks, seen))
    }
    const view = [...user.views, user.home].find(each => each?.id === on.id)
    if (!view) throw new ClientRefusal('view_gone')
    return viewButton(this.#actor, view, buttonOf(view.content.blocks as Block[], seen))
  }

  get view(): SeenView | undefined {
    const { world, team, user } = this.#actor
    const front = user.views.at(-1)
    return front && seenView(world, team, front)
  }
  get home(): SeenView | undefined {
    const { world, team, user } = this.#actor
    return user.home && seenView(world, team, user.home)
  }

  async submit(fields: Readonly<Record<string, FilledIn>> = {}): Promise<Readonly<Record<string, string>>> {
    const { world, team, user } = this.#actor
    const view = user.views.at(-1)
    if (!view) throw new ClientRefusal('no_view', 'no modal is open')
    const { values, errors } = filledIn(world, team, user, view, fields)
    if (Object.keys(errors).length > 0) return errors
    const { response_action, ...said } = ((await viewSubmission(this.#actor, view, values)) ?? {}) as Json
    const where = 'view_submission'
    switch (response_action) {
      case undefined:
        if (Object.keys(said).length > 0)
          world.violate('invalid_ack', where, 'an acknowledgement without response_action')
        user.views.splice(user.views.indexOf(view), 1)
        break
      case 'clear':
        user.views.length = 0
        break
      case 'errors':
        view.errors = said.errors as Record<string, string>
        for (const id of Object.keys(view.errors))
          if (!(id in values)) world.violate('invalid_ack', where, `errors for ${id}, which is not a field`)
        return view.errors
      case 'update':
        replaceView(world, view, checkedView(world, team, where, said.view, 'modal'))
        break
      case 'push':
        showView(world, user, checkedView(world, team, where, said.view, 'modal'))
        break
      default:
        world.violate('invalid_ack', where, `response_action ${String(response_action)}`)
    }
    return {}
  }

  suggest(field: string, typed: string): Promise<readonly { text: string; value: string }[]> {
    return suggestions(this.#actor, field, typed)
  }

  async closeView(): Promise<void> {
    const view = this.#actor.user.views.pop()
    if (!view) throw new ClientRefusal('no_view', 'no modal is open')
    if (view.content.notify_on_close === true) await viewClosed(this.#actor, view)
  }

  async openHome(tab: 'home' | 'messages' = 'home'): Promise<void> {
    const { world, team, user } = this.#actor
    const isOpen = tab === 'home' ? world.manifest.features.app_home?.home_tab_enabled : world.messagesTabOpen()
    if (!isOpen || team.bot.state !== 'installed') throw new ClientRefusal('tab_disabled', `the tab ${tab} is off`)
    homeOpened(world, team, this.id, this.dm(), tab, user.home)
  }

  installApp(installUrl: string): Promise<{ status: number; text: string }> {
    return installThroughPages(this.#actor, installUrl)
  }

  deactivate(): void {
    this.#actor.user.deactivated = true
    for (const channel of this.#actor.team.channels.values()) if (channel.kind !== 'im') channel.members.delete(this.id)
  }

  messages(where: Where): readonly SeenMessage[] {
    const channel = readable(this.#actor, where)
    return seenBy(
      this.#actor,
      channel.messages.filter(({ thread, broadcast }) => !thread || broadcast),
    )
  }

  thread(where: Where, ts: string): readonly SeenMessage[] {
    const channel = readable(this.#actor, where)
    return seenBy(
      this.#actor,
      channel.messages.filter(message => message.ts === ts || message.thread === ts),
    )
  }

  get notifications(): readonly Notification[] {
    return this.#actor.user.notifications
  }

  threadStatus(where: Where, ts: string): string | undefined {
    return readable(this.#actor, where).statuses.get(ts)
  }

  dm(): string {
    return this.#actor.world.openDm(this.#actor.team, this.id).id
  }
}

/** The element of a button as it stands there now. */
function buttonOf(blocks: readonly Block[] = [], seen: SeenButton | undefined): Json {
  const block = blocks.find(({ block_id }) => block_id === seen?.blockId)
  const elements = [block?.accessory, ...((block?.elements ?? []) as Json[])] as (Json | undefined)[]
  const element = elements.find(each => each?.action_id === seen?.actionId)
  if (!block || !element) throw new ClientRefusal('no_such_button', 'the button is not there')
  const { type, action_id, text, value, style } = element
  return {
    type,
    action_id,
    block_id: block.block_id,
    text,
    ...(value !== undefined && { value }),
    ...(style !== undefined && { style }),
  }
}
