/** One message: who, when, what, and what can be done with it. */
import type { WireMessage, WirePerson } from '../../wire.ts'
import type { ChatModel } from '../state/use-chat.ts'
import { dateOf, t, timeOf } from '../texts/index.ts'
import { Avatar } from './avatar.tsx'
import { WorkCard } from './card.tsx'
import { ConfirmTool } from './confirm.tsx'
import { Icon } from './icons.tsx'
import { Pictures, wordsFor } from './pictures.tsx'
import { RichText } from './rich-text.tsx'

interface MessageProps {
  readonly chat: ChatModel
  readonly message: WireMessage
  /** The first of several by the same author in a row. */
  readonly first: boolean
  /** It answers the message right above it. */
  readonly follows: boolean
  readonly reply: () => void
}

export function nameOf(people: readonly WirePerson[], id: string, botName: string): string {
  return id === 'bot' ? botName : (people.find(each => each.id === id)?.name ?? '?')
}

export function Message({ chat, message, first, follows, reply }: MessageProps) {
  const { as, me, state, acts } = chat
  const { id, from, text, card, pictures, photos, mentions, replyTo, command } = message
  const { people } = state
  const botName = state.hello?.botName ?? ''
  const fromBot = from === 'bot'
  const own = from === as
  const author = people.find(each => each.id === from)
  const name = nameOf(people, from, botName)
  const deletable = own || message.privately || (fromBot && me?.admin)
  const mine = message.notifies && mentions.includes(as)
  const shape = ['message', own ? 'own' : 'other', first && 'first', message.privately && 'private', mine && 'for-me']
  return (
    <li class={shape.filter(Boolean).join(' ')} id={`message-${id}`}>
      {!own && <div class="side">{first && <Avatar person={author} />}</div>}
      <div class="body">
        {first && (
          <p class="byline">
            <strong>{name}</strong>
            {fromBot && <span class="tag">{t.bot}</span>}
            {author?.bot && <span class="tag">{t.program}</span>}
            <time dateTime={new Date(message.at).toISOString()} title={dateOf(message.at)}>
              {timeOf(message.at)}
            </time>
          </p>
        )}
        {command && (
          <p class="because">
            {t.used(nameOf(people, command.by, botName))} <code>{command.text}</code>
          </p>
        )}
        {replyTo && !follows && (
          <a class="quote" href={`#message-${replyTo.id}`} onClick={event => jump(event, replyTo.id)}>
            <Icon name="reply" />
            <strong>{nameOf(people, replyTo.from, botName)}</strong>
            <span>{replyTo.text || t.pictureCount(replyTo.pictures)}</span>
          </a>
        )}
        {message.privately && (
          <p class="only">
            <Icon name="hidden" />
            {t.onlyYou}
          </p>
        )}
        {fromBot && mentions.length > 0 && (
          <p class="notified">
            {mentions.map(each => (
              <span key={each} class="mention">
                @{nameOf(people, each, botName)}
              </span>
            ))}
          </p>
        )}
        {card ? (
          <>
            <RichTextBubble text={text} {...{ people, botName, fromBot }} />
            <WorkCard card={card} photos={photos} pictures={pictures} />
          </>
        ) : (
          <>
            <Pictures pictures={photos} small />
            <RichTextBubble text={text} {...{ people, botName, fromBot }} />
            <Pictures pictures={pictures} />
          </>
        )}
        <Actions chat={chat} message={message} />
        <div class="tools">
          <button type="button" class="tool" aria-label={`${t.reply}: ${name}`} title={t.reply} onClick={reply}>
            <Icon name="reply" />
          </button>
          {deletable && (
            <ConfirmTool
              icon="trash"
              label={`${t.remove}: ${text.slice(0, 40) || name}`}
              act={() => acts.remove(message)}
            />
          )}
        </div>
      </div>
    </li>
  )
}

function RichTextBubble(props: Parameters<typeof RichText>[0]) {
  return props.text === '' ? null : (
    <div class="bubble">
      <RichText {...props} />
    </div>
  )
}

/** The bot's buttons, and the page's own to keep a drawing. */
function Actions({ chat, message }: { chat: ChatModel; message: WireMessage }) {
  const { buttons, pictures, card, from } = message
  const kept = from === 'bot' && !card ? pictures : []
  if (buttons.length === 0 && kept.length === 0) return null
  return (
    <div class="actions">
      {buttons.map(({ action, label, style = 'plain' }) => (
        <button
          key={action}
          type="button"
          class={`action action-${style}`}
          onClick={() => chat.acts.press(message, action)}
        >
          {label}
        </button>
      ))}
      {kept.map(picture => (
        <a
          key={picture.url}
          class="action action-plain keep"
          href={picture.url}
          download={picture.name}
          aria-label={`${t.download}: ${wordsFor(picture)}`}
        >
          <Icon name="download" />
          <span>{kept.length === 1 ? t.download : picture.name}</span>
        </a>
      ))}
    </div>
  )
}

function jump(event: Event, id: string): void {
  event.preventDefault()
  const message = document.getElementById(`message-${id}`)
  message?.scrollIntoView({ block: 'center' })
  message?.classList.add('found')
  setTimeout(() => message?.classList.remove('found'), 1600)
}
