import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { readDrawnWorld } from '../answering/drawn-world.ts'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import { createRandom } from '../random.ts'
import { measureReconstructionLimit, photoLike, separate, writeDrawnWorld } from './reconstruction.ts'

let folder: string
let model: Chameleon
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reconstruction-'))
  await writeRandomStorybook(folder)
  model = await Chameleon.open(folder, { device: 'cpu', threads: 1 })
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true })
})

describe('separate', () => {
  it('lies in the widest gap between the two sides', () => {
    const { limit, right } = separate([1, 2, 3], [12, 20])
    expect(limit).toBeCloseTo(3 ** 0.75 * 12 ** 0.25)
    expect(right).toBe(5)
  })

  it('puts as many as possible on their sides where they overlap', () => {
    const { limit, right } = separate([1, 2, 3, 30], [2.5, 12, 20])
    expect(limit).toBeGreaterThan(3)
    expect(limit).toBeLessThan(12)
    expect(right).toBe(5)
  })
})

describe('photoLike', () => {
  it('is repeatable, different by seed, and has no flat areas as drawings have', async () => {
    const image = await photoLike(createRandom(1), 64)
    expect(image).toEqual(await photoLike(createRandom(1), 64))
    expect(image.data).not.toEqual((await photoLike(createRandom(2), 64)).data)
    let equal = 0
    for (let at = 3; at < image.data.length; at += 3) if (image.data[at] === image.data[at - 3]) equal++
    expect(equal / (64 * 64)).toBeLessThan(0.4)
  })
})

describe('writeDrawnWorld', () => {
  it('measures the limit and marks the folder with it', async () => {
    const measured = await measureReconstructionLimit(model.pictures, { count: 4 })
    expect(measured.limit).toBeGreaterThan(0)
    expect(measured.accuracy).toBeGreaterThanOrEqual(0.5)
    expect(await measureReconstructionLimit(model.pictures, { count: 4 })).toEqual(measured)
    const { limit } = await writeDrawnWorld(folder, model.pictures, { count: 4 })
    expect((await readDrawnWorld(folder))?.reconstructionLimit).toBeCloseTo(limit, 2)
    expect(await readFile(join(folder, 'storybook.json'), 'utf8')).toContain('"drawnWorldOnly": true')
  })
})
