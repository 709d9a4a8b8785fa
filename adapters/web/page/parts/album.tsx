/** The sample album: drawn subjects to teach in one click, and pictures to ask about. Shown to newcomers, and on demand. */
import { useEffect, useState } from 'preact/hooks'
import type { Album, AlbumPicture, AlbumSubject } from '../../wire.ts'
import { api } from '../state/api.ts'
import { type Picked, pickFrom } from '../state/picked.ts'
import { commandsFor } from '../state/suggestions.ts'
import type { ChatModel } from '../state/use-chat.ts'
import { t } from '../texts/index.ts'
import { teachCommand } from './composer.tsx'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

export interface AlbumActs {
  teach(subject: AlbumSubject): void
  /** Puts a picture into the message that is being written. */
  add(picture: Picked): void
}

/** @param channel where a lesson is asked for */
export function useAlbum(chat: ChatModel, channel: string, add: (picture: Picked) => void) {
  const [album, setAlbum] = useState<Album>()
  useEffect(() => {
    api.album().then(setAlbum, () => undefined)
  }, [])
  const acts: AlbumActs = {
    add,
    async teach({ name, kind, pictures }) {
      const picked = await Promise.all(pictures.map(pickFrom))
      const person = kind === 'person' ? await memberCalled(name, chat) : undefined
      await chat.acts.command(channel, teachCommand, {}, { wish: { pictures: picked, name, kind, person } })
    },
  }
  const teaches = commandsFor(chat).some(({ name }) => name === teachCommand)
  return { album: teaches ? album : undefined, acts }
}

/** A friend is taught with their own consent only: they join the chat, where they are asked. */
async function memberCalled(name: string, { state }: ChatModel): Promise<string> {
  const member = state.people.find(each => each.name === name)
  return member?.id ?? (await api.addPerson(name)).id
}

interface AlbumViewProps {
  readonly album: Album
  readonly acts: AlbumActs
}

export function Subjects({ album, acts }: AlbumViewProps) {
  return (
    <ul class="subjects">
      {album.subjects.map(subject => (
        <li key={subject.name} class="subject">
          <div class="subject-pictures">
            {subject.pictures.map(({ url, altText }) => (
              <img key={url} src={url} alt={altText} width={96} height={96} />
            ))}
          </div>
          <p>
            <strong>{subject.name}</strong> {subject.kind === 'pet' ? t.pet : t.person}
          </p>
          <button type="button" class="action action-primary" onClick={() => acts.teach(subject)}>
            {t.teachName(subject.name)}
          </button>
        </li>
      ))}
    </ul>
  )
}

export function Others({ album, acts }: AlbumViewProps) {
  const add = async (picture: AlbumPicture) => acts.add(await pickFrom(picture))
  return (
    <ul class="others">
      {album.others.map(picture => (
        <li key={picture.url}>
          <button
            type="button"
            class="picture"
            aria-label={t.addToMessage(picture.altText)}
            title={picture.altText}
            onClick={() => add(picture)}
          >
            <img src={picture.url} alt={picture.altText} width={96} height={96} />
            <span class="picture-plus">
              <Icon name="plus" />
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

export function AlbumDialog({ album, acts, close }: AlbumViewProps & { close: () => void }) {
  const closing: AlbumActs = {
    teach(subject) {
      close()
      acts.teach(subject)
    },
    add(picture) {
      close()
      acts.add(picture)
    },
  }
  return (
    <Dialog label={t.album} close={close} class="wide">
      <header class="dialog-head">
        <h2>{t.album}</h2>
        <button type="button" class="round" aria-label={t.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p>{t.albumHelp}</p>
      <Subjects album={album} acts={closing} />
      <h3>{t.askAbout}</h3>
      <Others album={album} acts={closing} />
    </Dialog>
  )
}
