/** Buttons, and modals that are filled in, told to the bot. */
import type { types } from '@slack/bolt'
import type { MessageRef, Place, Submission } from '../../../src/conversation/chat.ts'
import type { Locale } from '../../../src/texts/texts.ts'
import { errorsIn, type ModalState, valuesIn } from '../forms/filled-in.ts'
import { type Opened, openedOf, optionOf } from '../forms/modal.ts'
import type { SlackMessage } from '../reading/message.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { privateRef } from '../writing/private-messages.ts'
import { homeMessage, showHome } from './home.ts'
import { type Needs, tell } from './needs.ts'

interface Acting {
  readonly user: { readonly id: string; readonly name?: string }
  readonly trigger_id: string
}

export interface ButtonPress extends Acting {
  readonly container: {
    readonly type: string
    readonly channel_id?: string
    readonly message_ts?: string
    readonly thread_ts?: string
    readonly is_ephemeral?: boolean
  }
  readonly message?: SlackMessage
  readonly response_url?: string
  readonly actions: readonly { readonly value?: string }[]
}

export interface ModalSubmission extends Acting {
  readonly view: { readonly id: string; readonly private_metadata: string; readonly state: { readonly values: object } }
}

export interface Suggesting {
  readonly user: { readonly id: string; readonly name?: string }
  readonly value: string
  readonly block_id: string
  readonly view?: { readonly private_metadata: string }
}

/** Milliseconds for learning somebody's language: Slack takes what is wrong with a form for three seconds. */
const patience = 1500
/** Slack shows so many values. */
const mostSuggestions = 100
const longestValue = 150

export async function pressed(press: ButtonPress, workspace: Workspace, needs: Needs): Promise<void> {
  const { user, trigger_id, response_url, container, actions } = press
  const action = actions[0]?.value
  if (action === undefined) return
  const from = await workspace.people.person(user.id, user.name)
  const onHome = container.type === 'view'
  const message = onHome ? await homeMessage(workspace, user.id) : messageOf(press, workspace, needs)
  const { place } = message
  const visible = !onHome && container.is_ephemeral !== true
  const origin = { workspace, from, place, responseUrl: response_url, trigger: trigger_id }
  const threadIsOpen = place.thread !== undefined
  await tell({ ...origin, kind: 'turn', threadIsOpen, ...(visible && { message: message.message }) }, needs, exchange =>
    needs.bot.pressed({ id: trigger_id, from, message, action }, exchange),
  )
  if (onHome) await showHome(user.id, workspace, needs)
}

/** Resolves to what is wrong, by field: then the modal stays open. Only then is Slack asked for anything. */
export async function wrongIn(
  { user, view }: ModalSubmission,
  workspace: Workspace,
): Promise<Record<string, string> | undefined> {
  const { asks } = openedOf(view.private_metadata)
  const inLocale = (locale: Locale) => errorsIn(asks, view.state.values as ModalState, locale)
  if (Object.keys(inLocale('en')).length === 0) return undefined
  const late = new Promise<void>(resolve => setTimeout(resolve, patience).unref())
  const person = await Promise.race([workspace.people.person(user.id, user.name), late])
  return inLocale(person ? person.locale : 'en')
}

export async function submitted(submission: ModalSubmission, workspace: Workspace, needs: Needs): Promise<void> {
  const { user, view, trigger_id } = submission
  const opened = openedOf(view.private_metadata)
  const { becomes, name, responseUrl, asks } = opened
  const place = placeIn(opened, workspace)
  const state = view.state.values as ModalState
  const [from, fields] = await Promise.all([
    workspace.people.person(user.id, user.name),
    valuesIn(asks, state, workspace, needs.pictures),
  ])
  const about = { id: view.id, from, place }
  const origin = { workspace, from, place, responseUrl, threadIsOpen: place.thread !== undefined }
  if (becomes === 'form') {
    const said: Submission = { ...about, action: name, fields }
    return tell({ ...origin, kind: 'aside' }, needs, exchange => needs.bot.submitted(said, exchange))
  }
  // A tick that is not set was left out.
  const options = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== false))
  await tell({ ...origin, kind: 'aside', trigger: trigger_id }, needs, exchange =>
    needs.bot.called({ ...about, name, options }, exchange),
  )
}

export async function suggested(
  { user, value, block_id, view }: Suggesting,
  workspace: Workspace,
  { bot }: Needs,
): Promise<types.PlainTextOption[]> {
  if (!view) return []
  const opened = openedOf(view.private_metadata)
  const from = await workspace.people.person(user.id, user.name)
  const place = placeIn(opened, workspace)
  const choices = await bot.complete(place, from, opened.name, block_id, value, mostSuggestions)
  return choices.filter(choice => choice.value.length <= longestValue && choice.label !== '').map(optionOf)
}

const placeIn = ({ place }: Opened, { tenant }: Workspace): Place => ({ ...place, tenant })

function messageOf(press: ButtonPress, { tenant }: Workspace, { posts, privates }: Needs): MessageRef {
  const { container, message, response_url } = press
  const { channel_id: channel = '', message_ts: ts = '', is_ephemeral } = container
  const thread = message?.thread_ts ?? container.thread_ts
  const place = { tenant, channel, direct: channel.startsWith('D'), ...(thread && thread !== ts && { thread }) }
  if (!is_ephemeral) {
    if (message) posts.shown.notice(channel, message)
    return { place, message: ts }
  }
  const ref = privateRef(place, ts)
  if (response_url) privates.pressed(ref, response_url)
  return ref
}
