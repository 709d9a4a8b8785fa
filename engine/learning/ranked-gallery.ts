/**
 * A lesson's gallery from pictures that show no subject of anybody's: the nearer a picture is to what is seen of the
 * photos, the more of the drawing rows describe it; the nearest are the lookalikes. Source: Yo'Chameleon, "soft-positive
 * images" and "hard negatives".
 */
import type { ModelContext } from '../answering/context.ts'
import type { Stepping } from '../answering/steps.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { Random } from '../random.ts'
import { type Gallery, type OtherPicture, placeholder, type SoftPositive } from './gallery.ts'
import type { GalleryPicture } from './gallery-file.ts'
import { similarity, viewsOfCodes } from './gallery-model.ts'
import { DRAWING_REQUESTS, fill, RECOGNITION_NO } from './templates.ts'

/** How many pictures of each sort a lesson takes. */
export interface GallerySize {
  readonly softPositives: number
  /** Those that the model draws from its own description of the photos, beside those of the kind. */
  readonly described: number
  /** Lookalikes, and anything else. */
  readonly hard: number
  readonly easy: number
  /** Of both, those that only score. */
  readonly heldOut: { readonly hard: number; readonly easy: number }
}

export interface Candidates {
  /** Of the subject's kind, or alike for other reasons. */
  readonly alike: readonly GalleryPicture[]
  /** Made from what is known of the subject: they are drawn like it, and never denied. */
  readonly described: readonly Pick<GalleryPicture, 'codes' | 'feature' | 'scene'>[]
  readonly others: readonly GalleryPicture[]
}

/** @param feature of the photos, [D] */
export async function rankGallery(
  context: ModelContext,
  { alike, described, others }: Candidates,
  feature: Float32Array,
  size: GallerySize,
  random: Random,
  stepping: Stepping,
): Promise<Gallery> {
  const lookalikes = nearest(alike, feature, size.hard + size.heldOut.hard)
  const heldOutHard = new Set(some(lookalikes, size.heldOut.hard, random))
  const heldOutEasy = new Set(some(others, size.heldOut.easy, random))
  const learned = {
    hard: lookalikes.filter(one => !heldOutHard.has(one)),
    easy: others.filter(one => !heldOutEasy.has(one)).slice(0, size.easy),
  }
  const drawn = [...alike.filter(one => !heldOutHard.has(one)), ...described]
  const ranked = nearest(drawn, feature, size.softPositives + size.described)
  const view = async (pictures: Iterable<GalleryPicture>, hard: boolean) =>
    otherPictures(context, [...pictures], hard, stepping)
  return {
    // Only real pictures are surely of the subject.
    likenesses: [],
    softPositives: softPositives(ranked, context.template.tokens - 1),
    others: [...(await view(learned.hard, true)), ...(await view(learned.easy, false))],
    heldOut: { likenesses: [], others: [...(await view(heldOutHard, true)), ...(await view(heldOutEasy, false))] },
  }
}

/** Group i of `groups` equal ones, 0 the least alike, is described with i + 1 tokens. @param ranked the least alike first */
function softPositives(ranked: readonly Pick<GalleryPicture, 'codes' | 'scene'>[], groups: number): SoftPositive[] {
  return ranked.map(({ codes, scene = '' }, rank) => ({
    codes,
    tokens: 1 + Math.floor((rank * groups) / ranked.length),
    request: random => fill(random.pick(DRAWING_REQUESTS), { name: placeholder, scene }),
  }))
}

async function otherPictures(
  context: ModelContext,
  pictures: readonly GalleryPicture[],
  hard: boolean,
  stepping: Stepping,
): Promise<OtherPicture[]> {
  const codes = pictures.map(picture => picture.codes)
  const views = await viewsOfCodes(context, codes, stepping)
  return codes.map((each, i) => ({
    codes: each,
    view: views[i] as PictureView,
    hard,
    deny: random => fill(random.pick(RECOGNITION_NO), { name: placeholder }),
  }))
}

/** The `count` nearest, the farthest of them first. */
export function nearest<Picture extends Pick<GalleryPicture, 'feature'>>(
  pictures: readonly Picture[],
  feature: Float32Array,
  count: number,
): Picture[] {
  return pictures
    .map(picture => ({ picture, near: similarity(picture.feature, feature) }))
    .sort((a, b) => a.near - b.near)
    .slice(-count || pictures.length)
    .map(({ picture }) => picture)
}

const some = <T>(from: readonly T[], count: number, random: Random): T[] => random.shuffle([...from]).slice(0, count)
