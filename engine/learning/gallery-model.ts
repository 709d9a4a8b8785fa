/** What a gallery's pictures are to the opened model: features to rank them by, and views to ask about them. */
import type { ModelContext } from '../answering/context.ts'
import { toImages } from '../answering/pixels.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { GalleryModel } from './gallery-file.ts'
import { viewsOf } from './pictures.ts'

export const galleryModel = ({ model, fingerprint }: ModelContext): GalleryModel => ({
  fingerprint,
  codesPerPicture: model.pictures.codesPerPicture,
  codes: model.config.vq.codes,
  width: model.config.decoder.width,
})

/** The mean of what is seen over a picture's places; or of the hidden states over its words, [D]. */
export async function featureOf(
  { model, template }: ModelContext,
  view: PictureView,
  stepping: Stepping,
): Promise<Float32Array> {
  await nextStep(stepping)
  const seen = view.filter(place => typeof place !== 'number')
  if (seen.length > 0) return mean(seen)
  const cache = model.language.cache()
  const { hidden } = await model.language.read(cache, [template.begin([view])], undefined, 'states')
  cache.dispose()
  const { width } = model.config.decoder
  const rows = Array.from({ length: hidden.length / width }, (_, i) => hidden.subarray(i * width, (i + 1) * width))
  return mean(rows)
}

/** What is seen of pictures of which only the codes are kept. */
export async function viewsOfCodes(
  context: ModelContext,
  codes: readonly (readonly number[])[],
  stepping: Stepping,
): Promise<readonly PictureView[]> {
  if (!context.model.see) return codes
  const views: PictureView[] = []
  for (const one of codes) {
    await nextStep(stepping)
    const images = toImages(await context.model.pictures.decode([one]))
    views.push(...(await viewsOf(context, images, [one], stepping)))
  }
  return views
}

/** Elementwise; all of one length. */
export function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (const [i, value] of vector.entries()) sum[i]! += value / vectors.length
  return sum
}

/** Cosine of the angle between two features. */
export function similarity(a: Float32Array, b: Float32Array): number {
  let [product, squareA, squareB] = [0, 0, 0]
  for (const [i, value] of a.entries()) {
    product += value * b[i]!
    squareA += value * value
    squareB += b[i]! * b[i]!
  }
  return product / (Math.sqrt(squareA * squareB) || 1)
}
