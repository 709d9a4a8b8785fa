/**
 * An epoch of the published recipe: 1,522 samples in batches of four, shuffled. The photos are repeated to 205 for "yes",
 * stand against 100 lookalikes and 100 others, are asked about 50 times, and are drawn 67 times among 1,000
 * soft-positives; half of the views are mirror images. Source: Yo'Chameleon's data lists, as its reproduction counts them.
 *
 * Of a gallery with fewer pictures, each comes more often.
 */
import type { Random } from '../random.ts'
import type { ExampleGallery, LessonExamples } from './examples.ts'
import type { SubjectPicture } from './gallery.ts'
import type { Batch } from './optimise.ts'

const COUNTS = { positives: 205, hard: 100, easy: 100, asked: 50, photosDrawn: 67, softPositives: 1_000 }
const BATCH = 4

type Sample = { readonly drawn: boolean; readonly number: number; readonly of: keyof typeof COUNTS }

/** @param photos those that are learned from, in all their views */
export function publishedBatches(
  examples: LessonExamples,
  photos: readonly SubjectPicture[],
  gallery: ExampleGallery,
  random: Random,
): () => Batch {
  const hard = gallery.others.filter(other => other.hard)
  const easy = gallery.others.filter(other => !other.hard)
  const there = {
    positives: photos,
    asked: photos,
    photosDrawn: photos,
    hard,
    easy,
    softPositives: gallery.softPositives,
  }
  const samples = (Object.keys(COUNTS) as (keyof typeof COUNTS)[]).flatMap(of => {
    const drawn = of === 'photosDrawn' || of === 'softPositives'
    const count = there[of].length > 0 ? COUNTS[of] : 0
    return Array.from({ length: count }, (_, number): Sample => ({ of, drawn, number }))
  })
  const nth = <T>(from: readonly T[], number: number) => from[number % from.length] as T
  const exampleOf = ({ of, number }: Sample) => {
    switch (of) {
      case 'positives':
        return examples.presence(nth(photos, number), random)
      case 'asked':
        return examples.about(nth(photos, number), random)
      case 'hard':
        return examples.absence(nth(hard, number), random)
      case 'easy':
        return examples.absence(nth(easy, number), random)
      case 'photosDrawn':
        return examples.drawing(nth(photos, number), random)
      case 'softPositives':
        return examples.alike(nth(gallery.softPositives, number), random)
    }
  }
  let left: Sample[] = []
  return () => {
    if (left.length === 0) left = random.shuffle([...samples])
    const batch = left.splice(0, BATCH)
    const questions = batch.filter(({ drawn }) => !drawn).map(exampleOf)
    const drawings = batch.filter(({ drawn }) => drawn).map(exampleOf)
    // One mean over all labels of the batch, as in one run.
    const [asked, drawn] = [questions, drawings].map(some =>
      some.reduce((sum, { weights = [] }) => sum + weights.reduce((total, weight) => total + weight, 0), 0),
    ) as [number, number]
    return { questions, drawings, drawingShare: drawn / (asked + drawn) }
  }
}
