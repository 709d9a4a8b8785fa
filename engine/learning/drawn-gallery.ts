/**
 * Galleries that the model draws itself. One belongs to a kind of subject, and what is drawn for it depends on the kind's
 * word and the model alone: not on anybody's photos, so that it can be kept and shared by all lessons. Drawing takes long;
 * what is drawn is kept as it comes, and a lesson that was broken off goes on where it was.
 */
import type { ModelContext } from '../answering/context.ts'
import { drawBatch } from '../answering/drawing.ts'
import type { Stepping } from '../answering/steps.ts'
import type { SubjectKind } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import { createRandom, type Random } from '../random.ts'
import { type GalleryPicture, galleryPath, readGallery, writeGallery } from './gallery-file.ts'
import { featureOf, galleryModel } from './gallery-model.ts'
import { viewsOf } from './pictures.ts'
import { individualOf, type KindWord } from './subject-kinds.ts'

/** Pictures that are drawn and kept together. */
const together = 8
/** Where soft-positives are drawn, so that drawing learns to follow a request. */
const SCENES = [
  'at the beach',
  'in the snow',
  'in the city',
  'in a forest',
  'at home',
  'on the grass',
  'at night',
  'by the sea',
]

export interface GalleryWish {
  readonly kind: SubjectKind
  readonly word: KindWord
  /** How many pictures are wanted. */
  readonly count: number
  /** Where galleries are kept; nowhere when left out. */
  readonly folder?: string
  /** Hears how many were drawn of those that had to be. */
  readonly drawn?: (done: number, total: number) => void
}

/**
 * The first `count` pictures of a kind's gallery: those that are kept, and the rest drawn now.
 * @throws FamiliarError CANNOT_DRAW when some have to be drawn by a model that does not; CANCELLED
 */
export async function drawnGallery(
  context: ModelContext,
  { kind, word, count, folder, drawn = () => {} }: GalleryWish,
  stepping: Stepping,
): Promise<GalleryPicture[]> {
  const model = galleryModel(context)
  const path = folder && galleryPath(folder, model, word)
  const pictures = path ? await readGallery(path, model, word) : []
  const missing = count - pictures.length
  // The same pictures, however many of them each lesson asks for.
  const random = (index: number) => createRandom(`${word}/${index}`)
  for (let done = 0; done < missing; done += together) {
    const from = pictures.length
    const some = Array.from({ length: Math.min(together, count - from) }, (_, i) => from + i)
    const subjects = some.map(index => individualOf(kind, word, index))
    const fresh = await drawSubjects(context, subjects, some.map(random), stepping)
    pictures.push(...fresh.map((picture, i) => ({ ...picture, id: `${some[i]}: ${subjects[i]}` })))
    if (path) await writeGallery(path, model, word, pictures)
    drawn(Math.min(done + together, missing), missing)
  }
  return pictures.slice(0, count)
}

/** Draws each of the subjects once, somewhere. */
export async function drawSubjects(
  context: ModelContext,
  subjects: readonly string[],
  randoms: readonly Random[],
  stepping: Stepping,
): Promise<Omit<GalleryPicture, 'id'>[]> {
  if (!context.model.draws) {
    const message = `Expected a model that draws to imagine a gallery but ${context.model.folder} has no picture decoder`
    throw new FamiliarError('CANNOT_DRAW', message)
  }
  const { template } = context
  const scenes = randoms.map(random => random.pick(SCENES))
  const prompts = subjects.map((name, i) => {
    const text = `a photo of ${name} ${scenes[i]}.`
    return [...template.begin(), ...template.userTurn({ text })]
  })
  const seeds = randoms.map(random => random.integer(2 ** 31))
  const drawings = await drawBatch(context, prompts, seeds, stepping)
  const codes = drawings.map(drawing => drawing.codes)
  const views = await viewsOf(
    context,
    drawings.map(({ image }) => image),
    codes,
    stepping,
  )
  const pictures: Omit<GalleryPicture, 'id'>[] = []
  for (const [i, view] of views.entries()) {
    const feature = await featureOf(context, view, stepping)
    pictures.push({ codes: codes[i] as number[], feature, scene: scenes[i] as string })
  }
  return pictures
}
