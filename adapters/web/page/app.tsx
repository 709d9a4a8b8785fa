/** The page as a whole: who and where on the side, the chat or the operator's view beside it, dialogs above. */
import { useRef, useState } from 'preact/hooks'
import type { WireMessage } from '../wire.ts'
import { AlbumDialog, useAlbum } from './parts/album.tsx'
import { Avatar } from './parts/avatar.tsx'
import { Composer, type Draft } from './parts/composer.tsx'
import { FormDialog } from './parts/form-dialog.tsx'
import { Icon } from './parts/icons.tsx'
import { nameOf } from './parts/message.tsx'
import { Operator } from './parts/operator.tsx'
import { Sidebar } from './parts/sidebar.tsx'
import { Timeline } from './parts/timeline.tsx'
import { Welcome } from './parts/welcome.tsx'
import { boldSpans } from './state/bold.ts'
import { useDrop, useEscape, usePaste, useTitle, useView, type View } from './state/browser.ts'
import { type Picked, pick, picturesOf } from './state/picked.ts'
import { type ChatModel, useChat } from './state/use-chat.ts'
import { t } from './texts/index.ts'

export function App() {
  const chat = useChat()
  const { state, me, notice, acts } = chat
  const [view, setView] = useView()
  const [menu, setMenu] = useState(false)
  const [albumOpen, setAlbumOpen] = useState(false)
  const [draft, setDraft] = useState<Draft>({ pictures: [] })
  const box = useRef<HTMLTextAreaElement>(null)
  const direct = state.channels.find(({ person }) => person !== undefined)?.id ?? ''
  const operator = view === 'operator' && state.hello?.status === true && me?.admin === true
  const channel = view === 'direct' && direct ? direct : 'group'
  const botName = state.hello?.botName ?? 'Familiar'

  const addPictures = (pictures: readonly Picked[]) => {
    setDraft(before => ({ ...before, pictures: [...before.pictures, ...pictures] }))
    box.current?.focus()
  }
  const addFiles = (files: Iterable<File>) => addPictures(picturesOf(files).pictures.map(each => pick(each)))
  const { album, acts: albumActs } = useAlbum(chat, channel, picture => addPictures([picture]))
  const over = useDrop(operator, addFiles)
  usePaste(operator, addFiles)
  // The tab says when there is something to look at.
  const notices = Object.values(me?.notices ?? {}).reduce((sum, count) => sum + count, 0)
  useTitle(notices > 0 ? `(${notices}) Familiar` : 'Familiar')
  useEscape(menu, () => setMenu(false))

  function show(what: string) {
    setView(what === direct ? 'direct' : (what as View))
    setDraft(before => ({ ...before, replyTo: undefined }))
    setMenu(false)
  }

  const empty = state.ready && (state.messages[channel] ?? []).length === 0 && !chat.sending.length
  const title = operator ? t.status.title : channel === 'group' ? t.everybody : t.alone(botName)
  return (
    <div class={menu ? 'app menu-open' : 'app'}>
      <aside class="sidebar" id="sidebar">
        <Sidebar
          chat={chat}
          shown={operator ? 'operator' : channel}
          show={show}
          openAlbum={() => {
            setMenu(false)
            setAlbumOpen(true)
          }}
        />
      </aside>
      {menu && <button type="button" class="curtain" aria-label={t.close} onClick={() => setMenu(false)} />}
      <main class="main">
        <header class="head">
          <button
            type="button"
            class="round menu-button"
            aria-label={t.menu}
            aria-expanded={menu}
            aria-controls="sidebar"
            onClick={() => setMenu(!menu)}
          >
            <Icon name="menu" />
          </button>
          <h1>{title}</h1>
          {!operator && (
            <span class="faces">
              <Avatar />
              {(channel === 'group' ? state.people : [me]).map(
                person => person && <Avatar key={person.id} person={person} />,
              )}
            </span>
          )}
        </header>
        <Banners chat={chat} />
        {operator ? (
          <Operator as={chat.as} />
        ) : (
          <>
            {empty ? (
              <section class="timeline" aria-label={t.chats}>
                <Welcome botName={botName} direct={channel !== 'group'} album={album} acts={albumActs} />
              </section>
            ) : (
              <Timeline
                chat={chat}
                channel={channel}
                reply={(replyTo: WireMessage) => {
                  setDraft(before => ({ ...before, replyTo }))
                  box.current?.focus()
                }}
              />
            )}
            {notice && (
              <p class="notice" role="alert">
                {notice}
                <button type="button" class="tool" aria-label={t.close} onClick={acts.dropNotice}>
                  <Icon name="close" />
                </button>
              </p>
            )}
            <Composer chat={chat} channel={channel} draft={draft} setDraft={setDraft} box={box} />
          </>
        )}
        {over && (
          <div class="drop" aria-hidden="true">
            <Icon name="album" />
            {t.dropHere}
          </div>
        )}
      </main>
      <p class="unseen" aria-live="polite">
        {spoken(chat, botName)}
      </p>
      {chat.form && <FormDialog key={chat.form.form.token} asked={chat.form} chat={chat} />}
      {albumOpen && album && <AlbumDialog album={album} acts={albumActs} close={() => setAlbumOpen(false)} />}
    </div>
  )
}

function Banners({ chat: { state } }: { chat: ChatModel }) {
  return (
    <div role="status">
      {state.open === false && <p class="banner banner-lost">{t.lost}</p>}
      {state.outdated && (
        <p class="banner">
          {t.newVersion}
          <button type="button" class="link" onClick={() => location.reload()}>
            {t.reload}
          </button>
        </p>
      )}
    </div>
  )
}

/** What a screen reader says of the newest message. A card says only what it is called: it changes all the time. */
function spoken({ state, as }: ChatModel, botName: string): string {
  const { latest, people } = state
  if (!latest || latest.from === as) return ''
  const text = boldSpans(latest.text).map(span => span.text)
  const words = latest.card ? latest.card.title : text.join('')
  const pictures = latest.card ? [] : latest.pictures.map(({ altText, name }) => altText ?? name)
  return `${nameOf(people, latest.from, botName)}: ${[words, ...pictures].filter(Boolean).join('. ')}`
}
