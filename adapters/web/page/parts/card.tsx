/** Long work under way: what is done now, how far it is, the photos it works on, and how it draws them by now. */
import type { Card } from '../../../../src/conversation/chat.ts'
import type { WirePicture } from '../../wire.ts'
import { percent, span, t } from '../texts/index.ts'
import { Icon, type IconName } from './icons.tsx'
import { Pictures } from './pictures.tsx'

interface WorkCardProps {
  readonly card: Card
  readonly photos: readonly WirePicture[]
  /** The last one is the newest drawing. */
  readonly pictures: readonly WirePicture[]
}

const icons: Record<Card['state'], IconName> = {
  waiting: 'clock',
  running: 'sparkle',
  done: 'check',
  failed: 'alert',
  cancelled: 'close',
  paused: 'pause',
}

export function WorkCard({ card, photos, pictures }: WorkCardProps) {
  const { title, status, share, secondsLeft, state } = card
  const live = state === 'running' || state === 'waiting' || state === 'paused'
  const preview = pictures.at(-1)
  return (
    <div class={`card card-${state}`}>
      <div class="card-body">
        <div class="card-head">
          <span class="card-icon" title={t.states[state]}>
            <Icon name={icons[state]} />
          </span>
          <div>
            <strong class="card-title">{title}</strong>
            <span class="card-status">
              <span class="unseen">{t.states[state]}: </span>
              {status}
            </span>
          </div>
        </div>
        {photos.length > 0 && (
          <section aria-label={t.handedPhotos}>
            <Pictures pictures={photos} small />
          </section>
        )}
        {live && (
          <div class="card-progress">
            <div
              class="bar"
              role="progressbar"
              aria-label={t.progress(title)}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={share === undefined ? undefined : Math.round(100 * share)}
            >
              <div
                class={share === undefined ? 'bar-unknown' : 'bar-done'}
                style={{ width: share === undefined ? undefined : `${Math.max(2, 100 * share)}%` }}
              />
            </div>
            <span class="card-numbers">
              <span>{share === undefined ? '' : percent(share)}</span>
              <span>{secondsLeft === undefined ? '' : t.timeLeft(span(secondsLeft))}</span>
            </span>
          </div>
        )}
      </div>
      {preview && (
        <figure class="preview">
          <Pictures pictures={[preview]} small />
          {live && <figcaption>{t.preview}</figcaption>}
        </figure>
      )}
    </div>
  )
}
