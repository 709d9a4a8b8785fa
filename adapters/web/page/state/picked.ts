/** Pictures that a person has picked, dropped or pasted, from then until they are posted. */
import { api } from './api.ts'

export interface Picked {
  readonly key: string
  readonly file: File
  /** Shows it. */
  readonly url: string
  /** Words for it, where there are any but its file's name. */
  readonly altText?: string
  /** What the server calls it, once it is there. */
  upload?: string
}

let count = 0

export function pick(file: File, altText?: string): Picked {
  count += 1
  return { key: `${count}`, file, url: URL.createObjectURL(file), altText }
}

/** Files of a drop, paste or file dialog. What is clearly no picture is left out; the bot judges the rest by their bytes. */
export function picturesOf(files: Iterable<File>): { pictures: File[]; others: File[] } {
  const all = [...files]
  const isPicture = ({ type, name }: File) => type.startsWith('image/') || (type === '' && /\.(heic|avif)$/i.test(name))
  return { pictures: all.filter(isPicture), others: all.filter(each => !isPicture(each)) }
}

/** A picture of the sample album, as if it had been picked. */
export async function pickFrom({
  url,
  name,
  altText,
}: {
  url: string
  name: string
  altText: string
}): Promise<Picked> {
  const blob = await (await fetch(url)).blob()
  return pick(new File([blob], name, { type: blob.type }), altText)
}

/** Uploads those that are not there yet; resolves to all their ids. */
export function uploadAll(pictures: readonly Picked[]): Promise<string[]> {
  return Promise.all(
    pictures.map(async picture => {
      picture.upload ??= (await api.upload(picture.file)).id
      return picture.upload
    }),
  )
}
