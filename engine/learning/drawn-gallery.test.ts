import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../answering/context.ts'
import { createRandom } from '../random.ts'
import { drawnGallery, type GalleryWish } from './drawn-gallery.ts'
import { galleryPath, readGallery } from './gallery-file.ts'
import { galleryModel, viewsOfCodes } from './gallery-model.ts'
import { nearest, rankGallery } from './ranked-gallery.ts'

const golden = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))

let context: ModelContext
let folder: string
beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
})
afterAll(() => context.model.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-galleries-'))
})
afterEach(() => rm(folder, { recursive: true }))

const wish = (changes: Partial<GalleryWish> = {}): GalleryWish => ({
  kind: 'thing',
  word: 'plush toy',
  count: 3,
  folder,
  ...changes,
})

/** The gallery, and how many pictures were drawn for it. */
async function gallery(changes: Partial<GalleryWish> = {}) {
  let drawn = 0
  const pictures = await drawnGallery(context, wish({ ...changes, drawn: done => (drawn = done) }), {})
  return { pictures, drawn }
}

describe('a gallery that the model draws', () => {
  it('is drawn once for a kind, and grown by what a later lesson lacks', async () => {
    const first = await gallery()
    expect(first).toMatchObject({ drawn: 3, pictures: { length: 3 } })
    expect(await gallery()).toEqual({ ...first, drawn: 0 })
    const more = await gallery({ count: 12 })
    expect(more.drawn).toBe(9)
    expect(more.pictures.slice(0, 3)).toEqual(first.pictures)
    expect(await gallery({ count: 2 })).toEqual({ drawn: 0, pictures: first.pictures.slice(0, 2) })
    expect((await gallery({ word: 'toy' })).drawn).toBe(3)
    expect((await gallery({ folder: undefined })).drawn).toBe(3)
  })

  it('goes on where it was broken off', async () => {
    const controller = new AbortController()
    const drawn = () => controller.abort()
    const cut = drawnGallery(context, wish({ count: 12, drawn }), { signal: controller.signal })
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' })
    expect((await gallery({ count: 12 })).drawn).toBe(4)
  })

  it('is drawn again when its file is damaged or of another model', async () => {
    const model = galleryModel(context)
    const path = galleryPath(folder, model, 'plush toy')
    const { pictures } = await gallery()
    expect(await readGallery(path, model, 'plush toy')).toEqual(pictures)
    expect(await readGallery(path, { ...model, fingerprint: 'another' }, 'plush toy')).toEqual([])
    expect(await readGallery(path, { ...model, codes: 2 }, 'plush toy')).toEqual([])
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length - 7))
    expect((await gallery()).drawn).toBe(3)
    await writeFile(path, 'no gallery at all')
    expect((await gallery()).drawn).toBe(3)
    expect(await readdir(join(path, '..'))).toEqual(['plush-toy.safetensors'])
  })

  it('is a gallery all the same when it cannot be kept', async () => {
    await writeFile(join(folder, 'file'), '')
    expect((await gallery({ folder: join(folder, 'file') })).pictures).toHaveLength(3)
  })
})

describe('a gallery for a lesson', () => {
  const size = { softPositives: 10, described: 2, hard: 4, easy: 3, heldOut: { hard: 2, easy: 1 } }
  const codesOf = (pictures: readonly { readonly codes: readonly number[] }[]) =>
    pictures.map(({ codes }) => codes.join())

  it('takes the nearest for lookalikes, and nothing that is held out is learned', async () => {
    const { pictures: alike } = await gallery({ count: 14 })
    const { pictures: others } = await gallery({ word: 'anything', count: 6 })
    const described = (await gallery({ word: 'doll', count: 2 })).pictures
    const feature = alike[5]!.feature
    const made = await rankGallery(context, { alike, described, others }, feature, size, createRandom(1), {})
    expect(made.softPositives).toHaveLength(12)
    expect(codesOf(made.softPositives)).toEqual(expect.arrayContaining(codesOf(described)))
    const { tokens } = made.softPositives.at(-1)!
    expect([made.softPositives[0]!.tokens, tokens]).toEqual([1, 14])
    const near = codesOf(nearest(alike, feature, 6))
    const hard = made.others.filter(other => other.hard)
    const heldOut = made.heldOut.others.filter(other => other.hard)
    expect([...codesOf(hard), ...codesOf(heldOut)].sort()).toEqual(near.sort())
    expect([hard.length, heldOut.length, made.others.length, made.heldOut.others.length]).toEqual([4, 2, 7, 3])
    const learned = new Set([...codesOf(made.softPositives), ...codesOf(made.others)])
    for (const codes of codesOf(made.heldOut.others)) expect(learned).not.toContain(codes)
    expect(near.at(-1)).toBeDefined()
    expect(nearest(alike, feature, 1)[0]).toBe(alike[5])
  })

  it('shows pictures as they were seen when they were drawn', async () => {
    const { pictures } = await gallery()
    const [view] = await viewsOfCodes(context, [pictures[0]!.codes], {})
    expect(view).toHaveLength(16)
    expect(view![0]).toBeInstanceOf(Float32Array)
  })
})
