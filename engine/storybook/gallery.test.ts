import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import type { RgbImage } from '../image.ts'
import type { Gallery, Look } from '../learning/gallery.ts'
import { startRows } from '../learning/rows.ts'
import { createRandom } from '../random.ts'
import { certainBelief } from './belief.ts'
import { lookAtDrawings } from './gallery.ts'
import { profile } from './language/profile.ts'
import { renderScene } from './renderer.ts'
import { rowStart } from './row-start.ts'
import { sampleIndividual, sampleScene } from './scene.ts'

let folder: string
let context: ModelContext
let photos: RgbImage[]
let look: Look
let gallery: Gallery

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-gallery-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { threads: 1 })
  const random = createRandom(4)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 3 }, () => renderScene(sampleScene(random, [individual]))))
  look = await lookAtDrawings(context, { name: 'Mắm', kind: 'pet', photos }, createRandom(1), {})
  gallery = await look.imagine(createRandom(1), {})
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

const sides = (text: string) => text.match(/\b(left|right)\b/g) ?? []

describe('the rendered gallery', () => {
  it('calls the subject by the placeholder everywhere', () => {
    const random = createRandom(2)
    for (const picture of [...look.photos.flat(), ...gallery.likenesses]) {
      expect(picture.request(random)).toContain('{name}')
      expect(picture.ask(random).question).toContain('{name}')
    }
    for (const other of gallery.others) expect(other.deny(random)).toMatch(/^no, /)
  })

  it('turns the sides round in a mirror image', () => {
    for (const [photo, mirror] of look.photos) {
      expect(mirror!.codes).not.toEqual(photo!.codes)
      const turned = sides(photo!.request(createRandom(3))).map(side => (side === 'left' ? 'right' : 'left'))
      expect(sides(mirror!.request(createRandom(3)))).toEqual(turned)
    }
  })

  it('ranks soft-positives in 15 groups, each with as many tokens as it is alike', () => {
    const counts = gallery.softPositives.map(({ tokens }) => tokens)
    expect([...new Set(counts)]).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
  })

  it('holds out other pictures than it teaches', () => {
    const taught = new Set([...gallery.likenesses, ...gallery.others].map(({ codes }) => codes.join()))
    const heldOut = [...gallery.heldOut.likenesses, ...gallery.heldOut.others]
    expect(heldOut.filter(({ codes }) => taught.has(codes.join()))).toEqual([])
  })
})

describe('rows to start from', () => {
  it('are the words of the profile where it is certain', async () => {
    const individual = sampleIndividual(createRandom(9))
    const start = rowStart(context, certainBelief(individual), 'kit')
    const { rows } = await startRows(context, start)
    const width = context.model.config.decoder.width
    const words = profile(individual)
    const kind = context.model.config.vocabulary.get(words[0]!.word)!
    expect(start.drawing[1]!.filter(({ share }) => share > 0)).toEqual([{ word: kind, share: 1 }])
    // g and u begin alike behind their markers.
    expect(rows.subarray(2 * width, 17 * width)).toEqual(rows.subarray(18 * width, 33 * width))
    expect(rows.subarray(width, 2 * width)).not.toEqual(rows.subarray(17 * width, 18 * width))
  })
})
