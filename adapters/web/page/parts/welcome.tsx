/** What a newcomer sees where no message is yet: what to do, in two sentences, and somebody to try it with. */
import type { Album } from '../../wire.ts'
import { t } from '../texts/index.ts'
import { type AlbumActs, Subjects } from './album.tsx'
import { Mascot } from './avatar.tsx'

interface WelcomeProps {
  readonly botName: string
  readonly direct: boolean
  readonly album?: Album
  readonly acts: AlbumActs
}

export function Welcome({ botName, direct, album, acts }: WelcomeProps) {
  return (
    <div class="welcome">
      <Mascot />
      <h2>{direct ? t.alone(botName) : t.welcomeTitle}</h2>
      <p>{direct ? t.welcomeDirect(botName) : t.welcome(botName)}</p>
      {album && !direct && (
        <>
          <p class="or">
            <span>{t.noPictures}</span>
          </p>
          <Subjects album={album} acts={acts} />
        </>
      )}
    </div>
  )
}
