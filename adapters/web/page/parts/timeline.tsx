/** A channel's messages, grouped by author and day. It stays at the end unless somebody has scrolled up to read. */
import { Fragment, type RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { WireMessage } from '../../wire.ts'
import type { Sending } from '../state/outbox.ts'
import type { ChatModel } from '../state/use-chat.ts'
import { dayOf, t, timeOf } from '../texts/index.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { Message } from './message.tsx'

interface TimelineProps {
  readonly chat: ChatModel
  readonly channel: string
  readonly reply: (message: WireMessage) => void
}

/** Milliseconds between two messages of one author that still stand together. */
const together = 5 * 60_000
/** Pixels from the end within which somebody counts as reading the end. */
const nearEnd = 80

export function Timeline({ chat, channel, reply }: TimelineProps) {
  const { state, acts, as } = chat
  const messages = state.messages[channel] ?? []
  const sending = chat.sending.filter(each => each.channel === channel && each.as === as)
  const busy = state.busy.includes(channel)
  const scroller = useRef<HTMLDivElement>(null)
  const { pinned, toEnd } = usePinned(scroller, channel)
  const last = messages.at(-1)

  useEffect(() => {
    if (!last || !pinned || document.visibilityState !== 'visible') return
    acts.seen(channel, last.id)
  }, [last?.id, pinned, channel, acts])

  // Whoever has said something looks on from there.
  useEffect(() => {
    if (sending.length > 0) toEnd()
  }, [sending.length])

  async function loadEarlier() {
    const element = scroller.current!
    const before = element.scrollHeight - element.scrollTop
    await acts.earlier(channel)
    requestAnimationFrame(() => {
      element.scrollTop = element.scrollHeight - before
    })
  }

  return (
    // Scrolled by keyboard, too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached
    <section class="timeline" ref={scroller} tabIndex={0} aria-label={channel === 'group' ? t.group : t.chats}>
      <div class="timeline-inner">
        {state.more.includes(channel) && (
          <button type="button" class="earlier" onClick={loadEarlier}>
            {t.earlier}
          </button>
        )}
        <ol class="messages">
          {messages.map((message, i) => {
            const before = messages[i - 1]
            const newDay = !before || dayOf(before.at) !== dayOf(message.at)
            const first = newDay || !standsWith(before, message)
            return (
              <Fragment key={message.id}>
                {newDay && (
                  <li class="day">
                    <span>{dayOf(message.at)}</span>
                  </li>
                )}
                <Message
                  chat={chat}
                  message={message}
                  first={first}
                  follows={message.replyTo?.id === before?.id}
                  reply={() => reply(message)}
                />
              </Fragment>
            )
          })}
          {sending.map(each => (
            <Outgoing key={each.nonce} sending={each} chat={chat} />
          ))}
          {busy && (
            <li class="message other first busy">
              <div class="side">
                <Avatar />
              </div>
              <div class="body">
                <div class="bubble">
                  <span class="unseen">{t.busy(state.hello?.botName ?? '')}</span>
                  <span class="dots" aria-hidden="true">
                    <i />
                    <i />
                    <i />
                  </span>
                </div>
              </div>
            </li>
          )}
        </ol>
      </div>
      {!pinned && (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" />
          {t.toEnd}
        </button>
      )}
    </section>
  )
}

function standsWith(before: WireMessage | undefined, message: WireMessage): boolean {
  return (
    before !== undefined &&
    before.from === message.from &&
    before.privately === message.privately &&
    !message.command &&
    message.at - before.at < together
  )
}

/** A message that the server does not have yet. */
function Outgoing({ sending, chat }: { sending: Sending; chat: ChatModel }) {
  const { nonce, text, pictures, at, state, why } = sending
  return (
    <li class={`message own first outgoing outgoing-${state}`}>
      <div class="body">
        <p class="byline">
          <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
        </p>
        {text !== '' && (
          <div class="bubble">
            <p class="text">{text}</p>
          </div>
        )}
        {pictures.length > 0 && (
          <ul class={`pictures pictures-${pictures.length === 1 ? 'one' : 'many'}`}>
            {pictures.map(({ key, url, file }) => (
              <li key={key} class="picture">
                <img src={url} alt={t.postedPicture(file.name)} />
              </li>
            ))}
          </ul>
        )}
        <p class="fate" role={state === 'refused' ? 'alert' : undefined}>
          {state === 'sending' ? t.sending : state === 'waiting' ? t.waiting : why}
          {state !== 'sending' && (
            <>
              <button type="button" class="link" onClick={() => chat.acts.retry(nonce)}>
                {t.tryAgain}
              </button>
              <button type="button" class="link" onClick={() => chat.acts.discard(nonce)}>
                {t.discard}
              </button>
            </>
          )}
        </p>
      </div>
    </li>
  )
}

/** Keeps the end in view while it is, also when pictures load late. */
function usePinned(scroller: RefObject<HTMLDivElement | null>, channel: string) {
  const [pinned, setPinned] = useState(true)
  const atEnd = useRef(true)
  const toEnd = () => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }
  useEffect(() => {
    const element = scroller.current!
    const onScroll = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
      setPinned(atEnd.current)
    }
    const grown = new ResizeObserver(() => atEnd.current && toEnd())
    grown.observe(element.firstElementChild!)
    grown.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      grown.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [])
  useLayoutEffect(() => {
    atEnd.current = true
    setPinned(true)
    toEnd()
  }, [channel])
  return { pinned, toEnd }
}
