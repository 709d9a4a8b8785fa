import { copyFile, mkdir, mkdtemp, readFile, rm, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../answering/context.ts'
import { readPhoto } from '../photos.ts'
import { createRandom } from '../random.ts'
import { renderScene } from '../storybook/renderer.ts'
import { sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { findCandidates } from './candidates.ts'
import { checkPictureFolder, folderGallery, withoutCopies } from './folder-gallery.ts'

const golden = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))

let context: ModelContext
let scratch: string
let folder: string
beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
  scratch = await mkdtemp(join(tmpdir(), 'familiar-folder-'))
  folder = join(scratch, 'pictures')
  await mkdir(join(folder, 'more'), { recursive: true })
  const random = createRandom(3)
  for (let i = 0; i < 12; i++) {
    const { width, height, data } = await renderScene(sampleScene(random, [sampleIndividual(random)]))
    const file = join(folder, i % 2 ? 'more' : '', `${i}.${i % 3 ? 'png' : 'JPG'}`)
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file)
  }
  await writeFile(join(folder, '0.txt'), ' in the snow \nmore of it')
  await writeFile(join(folder, 'broken.png'), 'no picture')
  await writeFile(join(folder, 'readme.md'), 'no picture either')
})
afterAll(async () => {
  await context.model.close()
  await rm(scratch, { recursive: true })
})

/** The gallery, and how many pictures were read for it. */
async function gallery(keptIn?: string) {
  let fresh = 0
  const pictures = await folderGallery(context, { path: folder, keptIn, read: (_, total) => (fresh = total) }, {})
  return { pictures, fresh }
}

describe('a gallery from a folder', () => {
  it('reads each picture once, and again when its file has changed', async () => {
    const keptIn = join(scratch, 'kept')
    const first = await gallery(keptIn)
    // What cannot be read is tried again.
    expect(first).toMatchObject({ fresh: 13, pictures: { length: 12 } })
    const second = await gallery(keptIn)
    expect(second).toEqual({ fresh: 1, pictures: first.pictures })
    await utimes(join(folder, '2.png'), 1, 1)
    await copyFile(join(folder, '4.png'), join(folder, 'added.png'))
    expect(await gallery(keptIn)).toMatchObject({ fresh: 3, pictures: { length: 13 } })
    await unlink(join(folder, 'added.png'))
    expect(await gallery(keptIn)).toMatchObject({ fresh: 1, pictures: { length: 12 } })
    expect((await gallery()).fresh).toBe(13)
  })

  it('takes captions from text files beside pictures', async () => {
    const { pictures } = await gallery()
    const captioned = pictures.filter(({ scene }) => scene !== undefined)
    expect(captioned.map(({ id, scene }) => [id.split('|')[0], scene])).toEqual([['0.JPG', 'in the snow']])
  })

  it('has no copy of a photo among those that are alike', async () => {
    const { pictures } = await gallery()
    const small = await sharp(join(folder, '4.png')).resize(80).jpeg({ quality: 60 }).toBuffer()
    const kept = await withoutCopies(folder, pictures, [await readPhoto(small)])
    expect(pictures.filter(one => !kept.includes(one)).map(({ id }) => id.split('|')[0])).toEqual(['4.png'])
  })

  it('gives a lesson the nearest as alike, with a place, and others that are none of them', async () => {
    const photo = await readPhoto(await readFile(join(folder, '2.png')))
    const { pictures } = await gallery()
    const near = pictures.find(({ id }) => id.startsWith('2.png'))!
    const size = { softPositives: 6, described: 1, hard: 3, easy: 2, heldOut: { hard: 1, easy: 1 } }
    const subject = {
      kind: 'pet',
      word: 'cat',
      description: 'a cat',
      photos: [photo],
      feature: near.feature,
    } as const
    const galleryFolder = join(scratch, 'kept for a lesson')
    const work = { sources: { pictureFolder: folder, galleryFolder } }
    const { alike, others, described } = await findCandidates(context, subject, size, createRandom(1), work)
    expect([alike.length, others.length, described.length]).toEqual([6, 3, 1])
    expect(alike.every(({ scene }) => scene !== undefined)).toBe(true)
    const again = (await gallery(galleryFolder)).pictures.filter(({ id }) => alike.some(one => one.id === id))
    expect(again).toEqual(expect.arrayContaining([...alike]))
    const ids = [...alike, ...others].map(({ id }) => id)
    expect(new Set(ids).size).toBe(9)
    expect(ids).not.toContain(near.id)
  })

  it('needs ten pictures', async () => {
    await checkPictureFolder(folder)
    await expect(checkPictureFolder(join(folder, 'more'))).rejects.toThrow(
      'Expected GALLERY_DIR to hold at least 10 pictures but received 6',
    )
    await expect(checkPictureFolder(join(folder, 'no'))).rejects.toMatchObject({ code: 'BAD_CONFIG' })
  })
})
