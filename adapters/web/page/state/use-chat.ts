/** The chat as a hook: what is known of it, and everything that whoever speaks can do. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import type { Outcome, WireForm, WireMessage, WirePerson, WireValue } from '../../wire.ts'
import { api, newNonce, Offline, Refused } from './api.ts'
import { type ChatState, chatReducer, noChat } from './chat-state.ts'
import { connect } from './connection.ts'
import { again, Outbox, type Sending } from './outbox.ts'
import { type Picked, uploadAll } from './picked.ts'
import { type FieldValue, fillIn, type Wish } from './prefill.ts'

/** A form that the bot wants filled in. */
export interface AskedForm {
  readonly form: WireForm
  readonly values: Record<string, FieldValue>
}

export interface ChatActs {
  speakAs(person: string): void
  send(channel: string, text: string, pictures: readonly Picked[], replyTo?: string): void
  retry(nonce: string): void
  discard(nonce: string): void
  /** Opens the form that the bot answers with, filled in as wished; hands it in when nothing is left to decide. */
  command(
    channel: string,
    name: string,
    options: Record<string, WireValue>,
    more?: { pictures?: readonly Picked[]; picturesTo?: string; wish?: Wish },
  ): Promise<void>
  press(message: WireMessage, action: string): Promise<void>
  /** @throws Refused with what is wrong by field */
  submit(form: WireForm, values: Record<string, FieldValue>): Promise<void>
  closeForm(): void
  remove(message: WireMessage): Promise<void>
  earlier(channel: string): Promise<void>
  seen(channel: string, message: string): void
  dropNotice(): void
}

export interface ChatModel {
  readonly as: string
  readonly me?: WirePerson
  readonly state: ChatState
  readonly sending: readonly Sending[]
  readonly form?: AskedForm
  /** What went wrong with the last act, for people. */
  readonly notice?: string
  readonly acts: ChatActs
}

const remembered = 'familiar:as'

export function useChat(): ChatModel {
  const [as, setAs] = useState(() => localStorage.getItem(remembered) ?? 'you')
  const [state, dispatch] = useReducer(chatReducer, noChat)
  const [sending, setSending] = useState<readonly Sending[]>([])
  const [form, setForm] = useState<AskedForm>()
  const [notice, setNotice] = useState<string>()
  const outbox = useMemo(() => new Outbox(setSending, data => dispatch({ type: 'message', data })), [])
  const seen = useRef<Record<string, string>>({})

  useEffect(() => {
    localStorage.setItem(remembered, as)
    seen.current = {}
    dispatch({ type: 'leave' })
    let ready = false
    return connect(as, {
      event(event) {
        ready = true
        dispatch(event)
        // Somebody who was taken out of the chat speaks no longer.
        if (event.type === 'people' && !event.data.people.some(({ id }) => id === as)) setAs('you')
      },
      state(open) {
        dispatch({ type: 'open', open })
        if (open) outbox.flush()
        else if (!ready && as !== 'you')
          api.earlier(as, 'group', '0').catch(error => error instanceof Refused && setAs('you'))
      },
    })
  }, [as, outbox])

  const submit = useCallback(
    async (asked: WireForm, values: Record<string, FieldValue>) => {
      const nonce = newNonce()
      const pictures = Object.values(values).flatMap(value => (typeof value === 'object' ? value : []))
      const send = async () => {
        const fields: Record<string, WireValue> = {}
        for (const [name, value] of Object.entries(values))
          fields[name] = typeof value === 'object' ? await uploadAll(value) : value
        return api.form({ as, nonce, token: asked.token, fields })
      }
      await again(send, pictures)
      setForm(undefined)
    },
    [as],
  )

  const acts = useMemo((): ChatActs => {
    const attempt = async (work: () => Promise<Outcome>, wish?: Wish) => {
      setNotice(undefined)
      try {
        const outcome = await work()
        if (!outcome.form) return
        const { values, complete } = fillIn(outcome.form, wish ?? { pictures: [] })
        if (!complete) return setForm({ form: outcome.form, values })
        await submit(outcome.form, values).catch(() => setForm({ form: outcome.form!, values }))
      } catch (error) {
        if (!(error instanceof Refused || error instanceof Offline)) throw error
        setNotice(error.message)
      }
    }
    return {
      speakAs: setAs,
      send: (channel, text, pictures, replyTo) => outbox.add({ as, channel, text, pictures, replyTo }),
      retry: nonce => outbox.retry(nonce),
      discard: nonce => outbox.discard(nonce),
      command(channel, name, options, { pictures = [], picturesTo, wish } = {}) {
        const nonce = newNonce()
        const send = async () => {
          const given = picturesTo ? { ...options, [picturesTo]: await uploadAll(pictures) } : options
          return api.command({ as, nonce, channel, name, options: given })
        }
        return attempt(() => again(send, pictures), wish)
      },
      press: ({ id }, action) => attempt(() => api.press({ as, nonce: newNonce(), message: id, action })),
      submit,
      closeForm: () => setForm(undefined),
      remove: ({ id }) =>
        attempt(async () => {
          await api.removeMessage(as, id)
          return {}
        }),
      async earlier(channel) {
        const first = state.messages[channel]?.[0]
        if (!first) return
        const page = await api.earlier(as, channel, first.id)
        dispatch({ type: 'earlier', channel, ...page })
      },
      seen(channel, message) {
        if (seen.current[channel] === message) return
        seen.current[channel] = message
        api.seen(as, channel, message).catch(() => delete seen.current[channel])
      },
      dropNotice: () => setNotice(undefined),
    }
  }, [as, outbox, submit, state.messages])

  const me = state.people.find(({ id }) => id === as)
  return { as, me, state, sending, form, notice, acts }
}
