/**
 * A gallery that is kept from one lesson to the next, as a safetensors file: `codes` i32 [N, C], `features` f32 [N, D] and
 * what each picture shows, for one model and one kind of subject. It holds no photo, no name and nothing said in a chat.
 * Whatever is wrong with a file, its pictures are made again.
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts'
import { FamiliarError } from '../errors.ts'

/** A picture of a gallery: what draws it, what is seen of it, and what it shows. */
export interface GalleryPicture {
  /** [C] */
  readonly codes: readonly number[]
  /** Mean of what is seen over its places, [D]. */
  readonly feature: Float32Array
  /** Where it is or what it does, as it follows a name in a drawing request; absent while nobody has said. */
  readonly scene?: string
  /** Tells it from others of its gallery. */
  readonly id: string
}

/** What a gallery's numbers mean something to. */
export interface GalleryModel {
  readonly fingerprint: string
  /** C, and how many codes there are. */
  readonly codesPerPicture: number
  readonly codes: number
  /** D */
  readonly width: number
}

const format = 'familiar-gallery'
const version = '1'
/** Far above what a lesson asks for. */
const mostPictures = 20_000

/** Where the gallery of a kind is kept: one folder a model. */
export const galleryPath = (folder: string, { fingerprint }: GalleryModel, kind: string) =>
  join(folder, fingerprint, `${kind.replaceAll(' ', '-')}.safetensors`)

/** The pictures that are kept there; none where there is no file, or one that is damaged or of something else. */
export async function readGallery(path: string, model: GalleryModel, kind: string): Promise<GalleryPicture[]> {
  try {
    const file = await openSafetensors(path)
    const { metadata, tensors } = file
    const known = metadata.format === format && metadata.version === version
    if (!known || metadata.model !== model.fingerprint || metadata.kind !== kind) return []
    const said: unknown = JSON.parse(metadata.pictures ?? '')
    if (!Array.isArray(said) || said.length > mostPictures || !said.every(isSaid)) return []
    const shapes = { codes: [said.length, model.codesPerPicture], features: [said.length, model.width] }
    for (const [name, shape] of Object.entries(shapes)) {
      if (tensors.get(name)?.shape.join() !== shape.join()) return []
    }
    const codes = (await file.read('codes')) as Int32Array
    const features = await file.readFloat32('features')
    if (codes.some(code => !(code >= 0 && code < model.codes))) return []
    if (!features.every(value => Number.isFinite(value))) return []
    return said.map(({ id, scene }, i) => ({
      id,
      ...(scene !== undefined && { scene }),
      codes: Array.from(codes.subarray(i * model.codesPerPicture, (i + 1) * model.codesPerPicture)),
      feature: features.slice(i * model.width, (i + 1) * model.width),
    }))
  } catch (error) {
    if (error instanceof FamiliarError || error instanceof SyntaxError) return []
    throw error
  }
}

/**
 * Writes it so that a reader sees the old file or the whole new one. What cannot be kept, as when the disk is full, is
 * said on stderr: the lesson has its pictures all the same.
 */
export async function writeGallery(
  path: string,
  model: GalleryModel,
  kind: string,
  pictures: readonly GalleryPicture[],
): Promise<void> {
  const [count, { codesPerPicture, width }] = [pictures.length, model]
  const codes = Int32Array.from(pictures.flatMap(picture => picture.codes))
  const features = new Float32Array(count * width)
  for (const [i, { feature }] of pictures.entries()) features.set(feature, i * width)
  const tensors = {
    codes: { dtype: 'I32', shape: [count, codesPerPicture], data: codes },
    features: { dtype: 'F32', shape: [count, width], data: features },
  } as const
  const metadata = {
    format,
    version,
    model: model.fingerprint,
    kind,
    pictures: JSON.stringify(pictures.map(({ id, scene }): Said => ({ id, scene }))),
  }
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeSafetensors(path, tensors, metadata)
  } catch (error) {
    process.stderr.write(`familiar: a gallery cannot be kept: ${error instanceof Error ? error.message : error}\n`)
  }
}

type Said = Pick<GalleryPicture, 'id' | 'scene'>

const isSaid = (value: unknown): value is Said =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Said).id === 'string' &&
  ['string', 'undefined'].includes(typeof (value as Said).scene)
