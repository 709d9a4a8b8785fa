/** Where one can talk, and as whom. */
import { useState } from 'preact/hooks'
import type { WirePerson } from '../../wire.ts'
import { api } from '../state/api.ts'
import type { ChatModel } from '../state/use-chat.ts'
import { t } from '../texts/index.ts'
import { Avatar, Mascot } from './avatar.tsx'
import { ConfirmTool } from './confirm.tsx'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icons.tsx'

interface SidebarProps {
  readonly chat: ChatModel
  /** A channel, `album` or `operator`. */
  readonly shown: string
  readonly show: (what: string) => void
  readonly openAlbum: () => void
}

export function Sidebar({ chat, shown, show, openAlbum }: SidebarProps) {
  const { state, as, me, acts } = chat
  const [adding, setAdding] = useState(false)
  const botName = state.hello?.botName ?? 'Familiar'
  const direct = state.channels.find(({ person }) => person !== undefined)
  const notices = (channel: string) => (channel === shown ? 0 : (me?.notices[channel] ?? 0))
  return (
    <>
      <p class="brand">
        <Mascot />
        <span>Familiar</span>
      </p>
      <nav aria-label={t.chats}>
        <h2>{t.chats}</h2>
        <ul>
          <Row icon="group" current={shown === 'group'} notices={notices('group')} go={() => show('group')}>
            {t.everybody}
          </Row>
          {direct && (
            <Row icon="sparkle" current={shown === direct.id} notices={notices(direct.id)} go={() => show(direct.id)}>
              {t.alone(botName)}
            </Row>
          )}
        </ul>
      </nav>
      <section aria-label={t.speakAs}>
        <h2>{t.speakAs}</h2>
        <ul>
          {state.people.map(person => (
            <PersonRow key={person.id} person={person} chat={chat} />
          ))}
          <li>
            <button type="button" class="row" onClick={() => setAdding(true)}>
              <span class="row-icon">
                <Icon name="plus" />
              </span>
              {t.addPerson}
            </button>
          </li>
        </ul>
      </section>
      <ul class="foot">
        <Row icon="album" go={openAlbum}>
          {t.album}
        </Row>
        {state.hello?.status && me?.admin && (
          <Row icon="pulse" current={shown === 'operator'} go={() => show('operator')}>
            {t.operator}
          </Row>
        )}
      </ul>
      {adding && (
        <PersonDialog
          close={() => setAdding(false)}
          added={id => {
            setAdding(false)
            if (id !== as) acts.speakAs(id)
          }}
        />
      )}
    </>
  )
}

interface RowProps {
  readonly icon: IconName
  readonly current?: boolean
  readonly notices?: number
  readonly go: () => void
  readonly children: string
}

function Row({ icon, current, notices = 0, go, children }: RowProps) {
  return (
    <li>
      <button type="button" class="row" aria-current={current ? 'page' : undefined} onClick={go}>
        <span class="row-icon">
          <Icon name={icon} />
        </span>
        <span class="row-name">{children}</span>
        <Notices count={notices} />
      </button>
    </li>
  )
}

function PersonRow({ person, chat }: { person: WirePerson; chat: ChatModel }) {
  const speaks = person.id === chat.as
  const notices = Object.values(person.notices).reduce((sum, count) => sum + count, 0)
  return (
    <li class="person">
      <button type="button" class="row" aria-pressed={speaks} onClick={() => chat.acts.speakAs(person.id)}>
        <Avatar person={person} />
        <span class="row-name">
          {person.name}
          {person.admin && <small>{t.admin}</small>}
          {person.bot && <small>{t.program}</small>}
        </span>
        {!speaks && <Notices count={notices} />}
      </button>
      {!person.admin && (
        <ConfirmTool icon="close" label={t.removePerson(person.name)} act={() => api.removePerson(person.id)} />
      )}
    </li>
  )
}

function Notices({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <span class="notices">
      {count}
      <span class="unseen"> {t.newMessages}</span>
    </span>
  )
}

function PersonDialog({ close, added }: { close: () => void; added: (id: string) => void }) {
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState('')
  async function add(event: Event) {
    event.preventDefault()
    await api.addPerson(name).then(
      ({ id }) => added(id),
      error => setWrong((error as Error).message),
    )
  }
  return (
    <Dialog label={t.addPerson} close={close} class="narrow">
      <form class="form" onSubmit={add}>
        <h2>{t.addPerson}</h2>
        <p>{t.addPersonHelp}</p>
        <label class="field">
          <span>{t.personName}</span>
          <input
            value={name}
            maxLength={64}
            onInput={event => setName(event.currentTarget.value)}
            aria-invalid={wrong !== ''}
            aria-describedby="person-wrong"
          />
        </label>
        <p class="wrong" id="person-wrong" role="alert">
          {wrong}
        </p>
        <div class="form-buttons">
          <button type="button" class="action action-plain" onClick={close}>
            {t.cancel}
          </button>
          <button type="submit" class="action action-primary">
            {t.add}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
