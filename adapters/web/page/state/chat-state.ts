/** What the page knows of the chat, and how an event changes it. Pure: nothing here reaches the network or the screen. */
import type { Hello, WireChannel, WireMessage, WirePerson } from '../../wire.ts'
import type { ServerEvent } from './connection.ts'

export interface ChatState {
  /** Whether the stream is open; absent before it first is. */
  readonly open?: boolean
  /** A snapshot has come: what is not there does not exist. */
  readonly ready: boolean
  readonly hello?: Hello
  /** The page's own code, which a newer server may no longer have. */
  readonly outdated: boolean
  readonly people: readonly WirePerson[]
  readonly channels: readonly WireChannel[]
  /** By channel, in the order in which they were posted. */
  readonly messages: Readonly<Record<string, readonly WireMessage[]>>
  /** Channels that hold earlier messages. */
  readonly more: readonly string[]
  /** Channels in which the bot prepares an answer. */
  readonly busy: readonly string[]
  /** The newest message that came while the page was open, to be read out. */
  readonly latest?: WireMessage
}

export const noChat: ChatState = {
  ready: false,
  outdated: false,
  people: [],
  channels: [],
  messages: {},
  more: [],
  busy: [],
}

export type ChatAction =
  | ServerEvent
  | { readonly type: 'open'; readonly open: boolean }
  | { readonly type: 'earlier'; readonly channel: string; readonly messages: readonly WireMessage[]; more: boolean }
  /** Somebody else looks now. */
  | { readonly type: 'leave' }

export function chatReducer(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'open':
      // What was under way when the connection broke is told again.
      return { ...state, open: action.open, busy: action.open ? state.busy : [] }
    case 'leave':
      return { ...noChat, open: state.open, hello: state.hello, people: state.people }
    case 'hello': {
      const outdated = state.outdated || (state.hello !== undefined && state.hello.build !== action.data.build)
      return { ...state, hello: action.data, outdated, busy: [] }
    }
    case 'snapshot':
      return {
        ...state,
        ready: true,
        messages: byChannel(action.data.messages),
        more: action.data.more,
      }
    case 'people':
      return { ...state, ...action.data }
    case 'message':
      return withMessage(state, action.data)
    case 'removed': {
      const { id, channel } = action.data
      const messages = (state.messages[channel] ?? [])
        .filter(each => each.id !== id)
        .map(each => (each.replyTo?.id === id ? { ...each, replyTo: undefined } : each))
      return { ...state, messages: { ...state.messages, [channel]: messages } }
    }
    case 'earlier': {
      const messages = [...action.messages, ...(state.messages[action.channel] ?? [])]
      const more = state.more.filter(each => each !== action.channel)
      return {
        ...state,
        messages: { ...state.messages, [action.channel]: messages },
        more: action.more ? [...more, action.channel] : more,
      }
    }
    case 'busy': {
      const others = state.busy.filter(each => each !== action.data.channel)
      return { ...state, busy: action.data.on ? [...others, action.data.channel] : others }
    }
    case 'ping':
      return state
  }
}

function withMessage(state: ChatState, message: WireMessage): ChatState {
  const { channel, id } = message
  const before = state.messages[channel] ?? []
  const put = (messages: readonly WireMessage[]) => ({ ...state.messages, [channel]: messages })
  if (before.some(each => each.id === id))
    return { ...state, messages: put(before.map(each => (each.id === id ? message : each))) }
  // One from before the first that is loaded comes with the page that holds it.
  const first = before[0]
  if (first && Number(id) < Number(first.id) && state.more.includes(channel)) return state
  const messages = [...before, message].sort((a, b) => Number(a.id) - Number(b.id))
  return { ...state, messages: put(messages), latest: message }
}

function byChannel(messages: readonly WireMessage[]): ChatState['messages'] {
  const all: Record<string, WireMessage[]> = {}
  for (const message of messages) {
    all[message.channel] ??= []
    all[message.channel]!.push(message)
  }
  return all
}
