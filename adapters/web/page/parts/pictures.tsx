/** Pictures in messages: a large one or a grid, each with words for those who cannot see it, and a click away from large. */
import { useState } from 'preact/hooks'
import type { WirePicture } from '../../wire.ts'
import { t } from '../texts/index.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

export const wordsFor = ({ altText, name }: Pick<WirePicture, 'altText' | 'name'>) => altText || t.postedPicture(name)

interface PicturesProps {
  readonly pictures: readonly WirePicture[]
  readonly small?: boolean
}

export function Pictures({ pictures, small }: PicturesProps) {
  const [shown, show] = useState<number>()
  if (pictures.length === 0) return null
  const size = small ? 'small' : pictures.length === 1 ? 'one' : 'many'
  return (
    <>
      <ul class={`pictures pictures-${size}`}>
        {pictures.map((picture, i) => (
          // Not by its address: a newer drawing takes the place of the one before without a gap.
          <li key={i}>
            <button type="button" class="picture" aria-label={t.enlarge(wordsFor(picture))} onClick={() => show(i)}>
              <Picture picture={picture} />
            </button>
          </li>
        ))}
      </ul>
      {shown !== undefined && <Lightbox pictures={pictures} start={shown} close={() => show(undefined)} />}
    </>
  )
}

/** HEIC, TIFF and what is damaged is not shown by every browser. */
export function Picture({ picture }: { picture: WirePicture }) {
  const [broken, setBroken] = useState<string>()
  const [loaded, setLoaded] = useState(false)
  if (broken === picture.url)
    return (
      <span class="broken">
        <Icon name="alert" />
        {t.cannotShow(picture.name)}
      </span>
    )
  return (
    <img
      src={picture.url}
      alt={wordsFor(picture)}
      onError={() => setBroken(picture.url)}
      onLoad={() => setLoaded(true)}
      // Drawings are square: their place is kept, so that nothing jumps when they come.
      class={loaded ? undefined : 'coming'}
    />
  )
}

interface LightboxProps {
  readonly pictures: readonly WirePicture[]
  readonly start: number
  readonly close: () => void
}

function Lightbox({ pictures, start, close }: LightboxProps) {
  const [at, setAt] = useState(start)
  const picture = pictures[at]
  if (!picture) return null
  const turn = (by: number) => setAt((at + by + pictures.length) % pictures.length)
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (pictures.length < 2) return
    if (key === 'ArrowLeft') turn(-1)
    if (key === 'ArrowRight') turn(1)
  }
  return (
    <Dialog class="lightbox" label={wordsFor(picture)} close={close} onKeyDown={onKeyDown}>
      <figure>
        <Picture picture={picture} />
        <figcaption>{wordsFor(picture)}</figcaption>
      </figure>
      <div class="lightbox-buttons">
        {pictures.length > 1 && (
          <>
            <button type="button" class="round" aria-label={t.previous} onClick={() => turn(-1)}>
              <Icon name="left" />
            </button>
            <button type="button" class="round" aria-label={t.next} onClick={() => turn(1)}>
              <Icon name="right" />
            </button>
          </>
        )}
        <a class="round" href={picture.url} download={picture.name} aria-label={t.download}>
          <Icon name="download" />
        </a>
        <button type="button" class="round" aria-label={t.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
    </Dialog>
  )
}
