/** Whole answers on a GPU are those of the CPU: beginnings that repeat, words, and drawings of which one joins and leaves. */
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../../engine/answering/context.ts'
import { DrawingBatch } from '../../engine/answering/drawing-batch.ts'
import { reply } from '../../engine/answering/reply.ts'
import type { KvCache } from '../../engine/models/kv-cache.ts'
import { residentBytes } from '../../engine/runtime/device-tensor.ts'
import type { Device } from '../../engine/runtime/session.ts'
import { randomConcept } from '../fakes/concept.ts'
import { useSoftwareVulkan } from './vulkan.ts'

beforeAll(useSoftwareVulkan)

const golden = fileURLToPath(new URL('../golden/chameleon-a', import.meta.url))

async function on(device: Device): Promise<{ texts: string[]; codes: number[][] }> {
  const opened = await openContext(golden, { device, threads: 1 })
  const context: ModelContext = { ...opened, generation: { ...opened.generation, maxNewTokens: 6 } }
  const concepts = [randomConcept(context, 'Bo')]
  const texts: string[] = []
  for (const text of ['who is Bo?', 'what does Bo like?'])
    texts.push((await reply(context, { text, concepts, seed: 1 })).text)

  const { model, template, generation } = context
  const caches: KvCache[] = []
  for (const text of ['draw the cat.', 'draw a dog in the snow.']) {
    const ids = [...template.begin(), ...template.userTurn({ text })]
    const cache = model.language.cache(1, ids.length)
    await model.language.read(cache, [ids])
    caches.push(cache)
  }
  const batch = new DrawingBatch(context)
  let joins: Promise<number[][]> | undefined
  const join = () => {
    joins ??= batch.draw({ ...generation, guidance: 2, cache: caches[1]!, seeds: [2] })
  }
  const progress = (done: number) => void (done > 0 && join())
  const first = await batch.draw({ ...generation, guidance: 3, cache: caches[0]!, seeds: [1], progress })
  const codes = [...first, ...((await joins) as number[][])]
  for (const cache of caches) cache.dispose()
  await model.close()
  return { texts, codes }
}

it('on WebGPU', { timeout: 600_000 }, async () => {
  const expected = await on('cpu')
  expect(expected.codes.map(({ length }) => length)).toEqual([64, 64])
  expect(await on('webgpu')).toEqual(expected)
  // What is kept of beginnings was brought here when it was used.
  expect(residentBytes()).toBe(0)
})
