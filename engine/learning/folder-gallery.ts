/**
 * A gallery from a folder of the operator's pictures (GALLERY_DIR). What the model sees of each, and the codes that draw
 * it, are kept in an index, so that a picture is read once and again only when its file has changed. A text file of the
 * same name beside a picture says what it shows; of others the model says it when they are used.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import type { ModelContext } from '../answering/context.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import { readPhoto, samePhotos } from '../photos.ts'
import { type GalleryPicture, galleryPath, readGallery, writeGallery } from './gallery-file.ts'
import { featureOf, galleryModel } from './gallery-model.ts'
import { picturesOf } from './pictures.ts'

const endings = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'])
/** Fewer could not be told into alike and others. */
const fewest = 10
const most = 20_000
/** New pictures after which the index is written. */
const writeEvery = 50
const index = 'folder'
const longestScene = 80

export interface PictureFolder {
  readonly path: string
  /** Where the index is kept; nowhere when left out. */
  readonly keptIn?: string
  /** Hears how many pictures were read of those that are new. */
  readonly read?: (done: number, total: number) => void
}

/** @throws FamiliarError `BAD_CONFIG` when the folder has too few pictures or cannot be read */
export async function checkPictureFolder(path: string): Promise<void> {
  const { length } = await filesOf(path)
  if (length >= fewest) return
  const message = `Expected GALLERY_DIR to hold at least ${fewest} pictures but received ${length} in ${path}`
  throw new FamiliarError('BAD_CONFIG', message)
}

/**
 * All pictures of the folder and of those in it that can be read; how many cannot is said on stderr.
 * @throws FamiliarError `BAD_CONFIG` when none can be read; CANCELLED
 */
export async function folderGallery(
  context: ModelContext,
  { path, keptIn, read = () => {} }: PictureFolder,
  stepping: Stepping,
): Promise<GalleryPicture[]> {
  const model = galleryModel(context)
  const kept = keptIn ? await readGallery(galleryPath(keptIn, model, index), model, index) : []
  const known = new Map(kept.map(one => [one.id, one]))
  const ids = await filesOf(path)
  const pictures = ids.flatMap(id => known.get(id) ?? [])
  const fresh = ids.filter(id => !known.has(id))
  const keep = () => keepIndex(context, keptIn, pictures)
  const unread: string[] = []
  for (const [i, id] of fresh.entries()) {
    try {
      pictures.push(await look(context, path, id, stepping))
    } catch (error) {
      if (!(error instanceof FamiliarError) || error.code === 'CANCELLED') throw error
      unread.push(`${fileOf(id)} (${error.message})`)
    }
    if ((i + 1) % writeEvery === 0) await keep()
    read(i + 1, fresh.length)
  }
  if (fresh.length > unread.length || pictures.length < known.size) await keep()
  if (unread.length > 0)
    process.stderr.write(`familiar: of GALLERY_DIR, ${unread.length} cannot be read, such as ${unread[0]}\n`)
  if (pictures.length > 0) return pictures
  throw new FamiliarError('BAD_CONFIG', `Expected pictures in GALLERY_DIR but none in ${path} can be read`)
}

/** Keeps what is known of all the folder's pictures, where an index is kept. */
export async function keepIndex(
  context: ModelContext,
  keptIn: string | undefined,
  pictures: readonly GalleryPicture[],
): Promise<void> {
  const model = galleryModel(context)
  if (keptIn) await writeGallery(galleryPath(keptIn, model, index), model, index, pictures)
}

/** Those that are no copies of a lesson's photos, which must not be learned as somebody else. */
export async function withoutCopies(
  folder: string,
  pictures: readonly GalleryPicture[],
  photos: readonly RgbImage[],
): Promise<GalleryPicture[]> {
  const kept: GalleryPicture[] = []
  for (const picture of pictures) {
    const image = await readPicture(folder, picture.id)
    const groups = await samePhotos([...photos, image])
    if (!groups.some(group => group.includes(photos.length))) kept.push(picture)
  }
  return kept
}

async function look(context: ModelContext, folder: string, id: string, stepping: Stepping): Promise<GalleryPicture> {
  await nextStep(stepping)
  const image = await readPicture(folder, id)
  const [picture] = await picturesOf(context, [image], stepping)
  const { codes, view } = picture as NonNullable<typeof picture>
  const scene = await captionOf(join(folder, fileOf(id)))
  return { id, codes, feature: await featureOf(context, view, stepping), ...(scene !== undefined && { scene }) }
}

const readPicture = async (folder: string, id: string): Promise<RgbImage> =>
  readPhoto(await readFile(join(folder, fileOf(id))), fileOf(id))

/** The first line of the text file beside a picture. */
async function captionOf(picture: string): Promise<string | undefined> {
  const file = `${picture.slice(0, -extname(picture).length)}.txt`
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim().split('\n')[0]?.slice(0, longestScene).trim()
}

/** Ids of the pictures in a folder: their paths in it, sizes and times, in the order of paths. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(cause => {
    const message = `Expected GALLERY_DIR to be a folder that can be read but ${folder} gave ${cause.code}`
    throw new FamiliarError('BAD_CONFIG', message, { cause })
  })
  const paths = entries
    .filter(entry => entry.isFile() && endings.has(extname(entry.name).toLowerCase()))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .slice(0, most)
  return Promise.all(
    paths.map(async path => {
      const { size, mtimeMs } = await stat(path)
      return `${relative(folder, path)}|${size}|${mtimeMs}`
    }),
  )
}

const fileOf = (id: string) => id.split('|').slice(0, -2).join('|')
