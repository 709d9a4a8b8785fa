import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { PromptTemplate } from '../answering/prompt.ts'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import { KvCache, recallRows } from '../models/kv-cache.ts'
import { PictureMemory } from './picture-memory.ts'

let folder: string
let model: Chameleon
let template: PromptTemplate
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picture-memory-'))
  await writeRandomStorybook(folder)
  model = await Chameleon.open(folder, { threads: 1 })
  template = await PromptTemplate.of(model)
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true })
})

it('keeps as much as it may, and gives the same of pictures that it has to read again', async () => {
  const pictures = [1, 2, 3, 4].map(code => Array.from({ length: model.pictures.codesPerPicture }, () => code))
  const rows = async (memory: PictureMemory, order: readonly number[]) => {
    const cache = await KvCache.stack(await recallRows(order.map(i => memory.of(pictures[i]!))))
    return Promise.all(order.map(async (_, row) => (await cache.select([row])).values(1)))
  }
  const whole = new PictureMemory({ model, template })
  await whole.read(pictures, {})
  const each = whole.bytes / pictures.length
  expect(each).toBeGreaterThan(0)

  const small = new PictureMemory({ model, template, pictureBytes: 2.5 * each })
  await small.read(pictures, {})
  expect(small.bytes).toBeLessThanOrEqual(2.5 * each)
  for (const order of [[0, 1, 2, 3], [3, 3, 0], [1, 0], [2]]) {
    expect(await rows(small, order)).toEqual(await rows(whole, order))
    expect(small.bytes).toBe(2 * each)
  }
  expect(() => small.of([...pictures[0]!])).toThrow('a picture that was read')
})
