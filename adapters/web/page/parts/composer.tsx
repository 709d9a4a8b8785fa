/** Where one writes: a text with pictures, a reply, or a command with its suggestions. */
import type { RefObject } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { WireMessage } from '../../wire.ts'
import { parseCommandLine, readCommandLine } from '../state/command-line.ts'
import { type Picked, pick, picturesOf } from '../state/picked.ts'
import { commandsFor, useSuggestions } from '../state/suggestions.ts'
import type { ChatModel } from '../state/use-chat.ts'
import { t } from '../texts/index.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { nameOf } from './message.tsx'
import { Thumbnails } from './picture-field.tsx'

export interface Draft {
  readonly pictures: readonly Picked[]
  readonly replyTo?: WireMessage
}

interface ComposerProps {
  readonly chat: ChatModel
  readonly channel: string
  readonly draft: Draft
  readonly setDraft: (draft: Draft) => void
  readonly box: RefObject<HTMLTextAreaElement | null>
}

export const teachCommand = 'teach'
const lessonPictures = { min: 3, max: 5 }

export function Composer({ chat, channel, draft, setDraft, box }: ComposerProps) {
  const { state, acts, me } = chat
  const [text, setText] = useState('')
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(-1)
  const [closed, setClosed] = useState(false)
  const [wrong, setWrong] = useState('')
  const list = useId()
  const file = useRef<HTMLInputElement>(null)
  const botName = state.hello?.botName ?? 'Familiar'
  const suggestions = useSuggestions(text, caret, chat, channel)
  const shown = closed ? [] : suggestions.list
  const chosen = active >= 0 ? Math.min(active, shown.length - 1) : suggestions.eager ? 0 : -1
  const { pictures, replyTo } = draft
  const direct = channel !== 'group'
  const teaches = commandsFor(chat).some(({ name }) => name === teachCommand)
  const lesson = teaches && pictures.length >= lessonPictures.min && pictures.length <= lessonPictures.max

  // The box grows with what is in it.
  useEffect(() => {
    const element = box.current!
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [text, box])

  function write(next: string, at = next.length) {
    setText(next)
    setCaret(at)
    setActive(-1)
    setClosed(false)
    setWrong('')
  }

  function take(index: number) {
    const suggestion = shown[index]
    if (!suggestion) return
    const element = box.current!
    // At once, and not with the next drawing of the page: the next key may come before that.
    element.value = suggestion.text
    element.focus()
    element.setSelectionRange(suggestion.caret, suggestion.caret)
    write(suggestion.text, suggestion.caret)
  }

  function clear() {
    write('')
    setDraft({ pictures: [] })
  }

  function send() {
    const trimmed = text.trim()
    if (trimmed === '' && pictures.length === 0) return
    const line = parseCommandLine(trimmed, commandsFor(chat))
    if (!line) {
      acts.send(channel, trimmed, pictures, replyTo?.id)
      return clear()
    }
    const teaching = line.command?.name === teachCommand
    const read = readCommandLine(line, state.people, pictures.length, teaching)
    if ('wrong' in read) return setWrong(read.wrong)
    // Without a name it is the form that asks, which takes the pictures along.
    const form = teaching && line.given.every(({ value }) => value === '')
    const more = form ? { wish: { pictures } } : { pictures, picturesTo: read.picturesTo }
    void acts.command(channel, line.command!.name, read.values, more)
    clear()
  }

  function teach() {
    void acts.command(channel, teachCommand, {}, { wish: { pictures } })
    setDraft({ ...draft, pictures: [] })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return
    const { key } = event
    const open = shown.length > 0
    if (open && (key === 'ArrowDown' || key === 'ArrowUp')) {
      event.preventDefault()
      const step = key === 'ArrowDown' ? 1 : -1
      return setActive((chosen + step + shown.length) % shown.length)
    }
    if (open && key === 'Escape') {
      event.preventDefault()
      return setClosed(true)
    }
    if (open && key === 'Tab' && !event.shiftKey) {
      event.preventDefault()
      return take(Math.max(0, chosen))
    }
    if (key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    if (open && chosen >= 0 && shown[chosen]!.text.trim() !== text.trim()) take(chosen)
    else send()
  }

  return (
    <form
      class="composer"
      onSubmit={event => {
        event.preventDefault()
        send()
      }}
    >
      {shown.length > 0 && (
        <div class="suggestions" id={list} role="listbox" aria-label={t.suggestions}>
          {shown.map(({ label, detail }, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box
            <div
              key={label}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === chosen}
              onMouseDown={event => event.preventDefault()}
              onClick={() => take(i)}
            >
              <strong>{label}</strong>
              {detail && <span>{detail}</span>}
            </div>
          ))}
        </div>
      )}
      {suggestions.command && shown.length === 0 && suggestions.command.options.length > 0 && (
        <p class="command-help">
          {suggestions.command.options.map(({ name, description, required }) => (
            <span key={name}>
              <code>{name}</code> {description}
              {!required && <small> ({t.optional})</small>}
            </span>
          ))}
        </p>
      )}
      {wrong !== '' && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {replyTo && (
        <p class="replying">
          <Icon name="reply" />
          <span>{t.replyTo(nameOf(state.people, replyTo.from, botName))}</span>
          <span class="replying-text">{replyTo.text || t.pictureCount(replyTo.pictures.length)}</span>
          <button
            type="button"
            class="tool"
            aria-label={t.dropReply}
            onClick={() => setDraft({ ...draft, replyTo: undefined })}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      {pictures.length > 0 && (
        <div class="attached">
          <Thumbnails pictures={pictures} change={next => setDraft({ ...draft, pictures: next })} />
          <p class="attached-help">
            {lesson && (
              <button type="button" class="action action-primary" onClick={teach}>
                <Icon name="sparkle" />
                {t.teachThese(pictures.length)}
              </button>
            )}
            <span>{t.orAsk(botName)}</span>
          </p>
        </div>
      )}
      <div class="box">
        <SpeakAs chat={chat} />
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={direct ? t.writeDirect(botName) : t.writeGroup(botName)}
          aria-label={t.message(direct ? botName : t.everybody)}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 && shown.length > 0 ? `${list}-${chosen}` : undefined}
          maxLength={4000}
          onInput={({ currentTarget }) => write(currentTarget.value, currentTarget.selectionStart)}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
        />
        <input
          ref={file}
          class="unseen"
          type="file"
          accept="image/*"
          multiple
          tabIndex={-1}
          aria-label={t.attach}
          onChange={({ currentTarget }) => {
            const found = picturesOf(currentTarget.files ?? []).pictures
            setDraft({ ...draft, pictures: [...pictures, ...found.map(each => pick(each))] })
            currentTarget.value = ''
            box.current?.focus()
          }}
        />
        <button
          type="button"
          class="round"
          aria-label={t.attach}
          title={t.attach}
          onClick={() => file.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <button
          type="submit"
          class="round send"
          aria-label={t.send}
          title={t.send}
          disabled={text.trim() === '' && pictures.length === 0}
        >
          <Icon name="send" />
        </button>
      </div>
      {me && <p class="unseen">{t.speakingAs(me.name)}</p>}
    </form>
  )
}

/** Whoever speaks, and the others one click away: the browser's own list lies over the face. */
function SpeakAs({ chat }: { chat: ChatModel }) {
  const { state, as, me, acts } = chat
  return (
    <label class="speak-as" title={me && t.speakingAs(me.name)}>
      {me && <Avatar person={me} />}
      <select aria-label={t.speakAs} value={as} onChange={({ currentTarget }) => acts.speakAs(currentTarget.value)}>
        {state.people.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
