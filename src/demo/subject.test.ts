import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { samePhotos } from '../../engine/photos.ts'
import { toPng } from '../pictures.ts'
import { readSubject, sampleSubject } from './subject.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a sampled subject', () => {
  it('is the same for a seed, and another for another', async () => {
    const [first, again, other] = [
      await sampleSubject('Bo', 1),
      await sampleSubject('Bo', 1),
      await sampleSubject('Bo', 2),
    ]
    expect(again).toEqual(first)
    expect(other.known!.individual).not.toEqual(first.known!.individual)
  })

  it('is a pet with something on, in different pictures at different places', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { photos, shown, stranger, known, place } = await sampleSubject('Bo', seed)
      expect(known!.individual.kind).not.toBe('person')
      expect(known!.individual.accessory).toBeDefined()
      expect(photos).toHaveLength(4)
      expect(await samePhotos([...photos, shown, stranger])).toEqual([])
      expect(known!.scene.place).not.toBe(place)
    }
  })
})

describe('a subject in one’s own pictures', () => {
  const save = async (count: number) => {
    const { photos, shown } = await sampleSubject('Bo', 1)
    const images = [...photos, shown].slice(0, count)
    for (const [i, image] of images.entries()) await writeFile(join(folder, `${i}.png`), await toPng(image))
    await writeFile(join(folder, 'notes.txt'), 'no picture')
    return images
  }

  it('is taught from all but the last of four or five', async () => {
    const images = await save(4)
    const { photos, shown } = await readSubject(folder, 'Bo', 1)
    expect(photos).toEqual(images.slice(0, 3))
    expect(shown).toEqual(images[3])
  })

  it('is taught from all of three, and shown again mirrored', async () => {
    const images = await save(3)
    const { photos, shown } = await readSubject(folder, 'Bo', 1)
    expect(photos).toEqual(images)
    const { width } = shown
    expect([...shown.data.subarray(0, 3)]).toEqual([...images[0]!.data.subarray(3 * (width - 1), 3 * width)])
  })

  it('is not taught from too few, from what is no folder, or from what is no picture', async () => {
    await save(2)
    await expect(readSubject(folder, 'Bo', 1)).rejects.toThrow(`Expected 3 to 5 pictures in ${folder} but found 2`)
    await writeFile(join(folder, '2.png'), 'text')
    await expect(readSubject(folder, 'Bo', 1)).rejects.toMatchObject({
      code: 'BAD_PHOTO',
      message: expect.stringContaining('for 2.png but received'),
    })
    const file = join(folder, 'notes.txt')
    await expect(readSubject(file, 'Bo', 1)).rejects.toThrow(
      `Expected a folder of pictures for --photos but received "${file}"`,
    )
  })
})
