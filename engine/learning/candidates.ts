/**
 * The pictures of which a lesson's gallery is made: drawn for the kind of subject, or of the operator's folder; and drawn
 * from the model's own description of the photos.
 */
import type { ModelContext } from '../answering/context.ts'
import type { SubjectKind } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { Random } from '../random.ts'
import { askModel } from './asking.ts'
import { drawnGallery, drawSubjects } from './drawn-gallery.ts'
import { folderGallery, keepIndex, withoutCopies } from './folder-gallery.ts'
import type { LessonWork } from './gallery.ts'
import type { GalleryPicture } from './gallery-file.ts'
import { viewsOfCodes } from './gallery-model.ts'
import { sceneOf, WHERE } from './interview.ts'
import { type Candidates, type GallerySize, nearest } from './ranked-gallery.ts'
import { anything, type KindWord } from './subject-kinds.ts'

/** Pictures of a description that are drawn side by side. */
const drawnTogether = 4
/** Share of a lesson's time that may have gone by when they are drawn, and what the first of them may take of it. */
const mostTimeUsed = 0.25
const shareOfFirst = 0.1

/** What is known of the subject as a whole. */
export interface Understood {
  readonly kind: SubjectKind
  readonly word: KindWord
  readonly description: string
  readonly photos: readonly RgbImage[]
  /** Mean of what is seen of the photos, [D]. */
  readonly feature: Float32Array
}

/** @throws FamiliarError as `drawnGallery` and `folderGallery` */
export async function findCandidates(
  context: ModelContext,
  subject: Understood,
  size: GallerySize,
  random: Random,
  work: LessonWork,
): Promise<Candidates> {
  const found = work.sources?.pictureFolder
    ? await fromFolder(context, work.sources.pictureFolder, subject, size, random, work)
    : await drawn(context, subject, size, work)
  // From the photos themselves: used in this lesson and kept no longer than it.
  const draw = () => drawDescribed(context, subject.description, size.described, random, work)
  return { ...found, described: await (work.prepared?.('described', draw) ?? draw()) }
}

/** As many pictures of a description as there is time for: they help, and steps help more. */
async function drawDescribed(
  context: ModelContext,
  description: string,
  count: number,
  random: Random,
  work: LessonWork,
): Promise<Candidates['described']> {
  const { timeUsed = () => 0 } = work
  const pictures: Candidates['described'][number][] = []
  if (!context.model.draws) return pictures
  let took = shareOfFirst
  for (let from = 0; from < count; from += drawnTogether) {
    const before = timeUsed()
    if (before + took > mostTimeUsed) break
    const some = Array.from({ length: Math.min(drawnTogether, count - from) }, (_, i) => from + i)
    const randoms = some.map(i => random.fork(i))
    const descriptions = some.map(() => description)
    pictures.push(...(await drawSubjects(context, descriptions, randoms, work)))
    took = timeUsed() - before
  }
  return pictures
}

async function drawn(
  context: ModelContext,
  { kind, word }: Understood,
  { softPositives, easy, heldOut }: GallerySize,
  work: LessonWork,
): Promise<Omit<Candidates, 'described'>> {
  const { galleryFolder: folder } = work.sources ?? {}
  const kept = (word: KindWord, count: number) =>
    drawnGallery(context, { kind, word, count, folder, drawn: work.drawn }, work)
  return { alike: await kept(word, softPositives + heldOut.hard), others: await kept(anything, easy + heldOut.easy) }
}

/** The nearest are alike; others are any of the rest. */
async function fromFolder(
  context: ModelContext,
  path: string,
  { photos, feature, word }: Understood,
  { softPositives, easy, heldOut }: GallerySize,
  random: Random,
  work: LessonWork,
): Promise<Omit<Candidates, 'described'>> {
  const { galleryFolder: keptIn } = work.sources ?? {}
  const all = await folderGallery(context, { path, keptIn, read: work.drawn }, work)
  const ranked = nearest(all, feature, all.length)
  const otherCount = Math.min(easy + heldOut.easy, Math.floor(all.length / 3))
  const from = Math.max(otherCount, all.length - softPositives - heldOut.hard)
  const others = random.fork('others').shuffle(ranked.slice(0, from)).slice(0, otherCount)
  const alike: GalleryPicture[] = []
  for (const picture of await withoutCopies(path, ranked.slice(from), photos)) {
    alike.push(picture.scene === undefined ? await withScene(context, picture, word, work) : picture)
  }
  const asked = new Map(alike.map(picture => [picture.id, picture]))
  if (all.some(({ id, scene }) => scene === undefined && asked.has(id)))
    await keepIndex(
      context,
      keptIn,
      all.map(picture => asked.get(picture.id) ?? picture),
    )
  return { alike, others }
}

/** With the place that the model sees in it. */
async function withScene(context: ModelContext, picture: GalleryPicture, word: KindWord, work: LessonWork) {
  const [view] = await viewsOfCodes(context, [picture.codes], work)
  const [answer = ''] = await askModel(context, view ?? picture.codes, [WHERE], work)
  return { ...picture, scene: sceneOf(answer, word) }
}
