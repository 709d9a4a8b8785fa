/** A form's field for pictures: chosen, dropped or pasted, shown small, and taken out again one by one. */
import { useState } from 'preact/hooks'
import type { Field } from '../../../../src/conversation/chat.ts'
import { type Picked, pick, picturesOf } from '../state/picked.ts'
import { t } from '../texts/index.ts'
import { Icon } from './icons.tsx'

interface PictureFieldProps {
  readonly common: { readonly id: string }
  readonly field: Extract<Field, { type: 'pictures' }>
  readonly pictures: readonly Picked[]
  readonly change: (pictures: readonly Picked[]) => void
}

export function PictureField({ common, field: { min, max }, pictures, change }: PictureFieldProps) {
  const [over, setOver] = useState(false)
  const [note, setNote] = useState('')
  function add(files: Iterable<File>) {
    const found = picturesOf(files)
    const room = Math.max(0, max - pictures.length)
    setNote(found.others[0] ? t.notPicture(found.others[0].name) : found.pictures.length > room ? t.tooMany(max) : '')
    change([...pictures, ...found.pictures.slice(0, room).map(file => pick(file))])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping and pasting are besides the button
    <div
      class={over ? 'picture-field over' : 'picture-field'}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        event.stopPropagation()
        setOver(false)
        add(event.dataTransfer?.files ?? [])
      }}
      onPaste={event => add(event.clipboardData?.files ?? [])}
    >
      {pictures.length > 0 && <Thumbnails pictures={pictures} change={change} />}
      <p class="picture-field-add">
        <label class="action action-plain file">
          <Icon name="attach" />
          {t.choosePictures}
          <input
            {...common}
            type="file"
            accept="image/*"
            multiple
            onChange={event => {
              add(event.currentTarget.files ?? [])
              event.currentTarget.value = ''
            }}
          />
        </label>
        <span class="hint">{note || t.dropPictures}</span>
        <span class="count">{t.countOf(pictures.length, min, max)}</span>
      </p>
    </div>
  )
}

interface ThumbnailsProps {
  readonly pictures: readonly Picked[]
  readonly change: (pictures: readonly Picked[]) => void
}

export function Thumbnails({ pictures, change }: ThumbnailsProps) {
  return (
    <ul class="thumbnails" aria-label={t.attached}>
      {pictures.map(({ key, url, file, altText }) => (
        <li key={key}>
          <img src={url} alt={altText ?? t.postedPicture(file.name)} />
          <button
            type="button"
            class="thumbnail-out"
            aria-label={t.removePicture(file.name)}
            onClick={() => change(pictures.filter(each => each.key !== key))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
}
