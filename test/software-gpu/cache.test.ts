/** What was read stays on the GPU from one word to the next, and means there what it means on the CPU. */
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chameleon } from '../../engine/models/chameleon/chameleon.ts'
import { Janus } from '../../engine/models/janus/janus.ts'
import { KvCache } from '../../engine/models/kv-cache.ts'
import type { Language, ReadOptions, SoftPrompt } from '../../engine/models/language.ts'
import type { MultimodalModel } from '../../engine/models/multimodal.ts'
import { residentBytes } from '../../engine/runtime/device-tensor.ts'
import { useSoftwareVulkan } from './vulkan.ts'

beforeAll(useSoftwareVulkan)

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const folder = (name: string) => fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
/** The largest difference, as a share of the largest magnitude; words that cannot follow are −∞ in both. */
const difference = (actual: Float32Array, expected: Float32Array) => {
  const finite = expected.filter(Number.isFinite)
  const apart = actual.map((value, i) => (value === expected[i] ? 0 : Math.abs(value - expected[i]!)))
  return Math.max(...apart) / Math.max(...finite.map(Math.abs))
}

describe.each([
  { name: 'chameleon-a', head: 'words', architecture: Chameleon },
  { name: 'janus-a', head: 'words', architecture: Janus },
  { name: 'janus-a', head: 'pictures', architecture: Janus },
] as const)('$name, its head of $head', { timeout: 300_000 }, ({ name, head, architecture }) => {
  let [cpu, gpu]: MultimodalModel[] = []
  let prompt: SoftPrompt
  beforeAll(async () => {
    cpu = await architecture.open(folder(name), { device: 'cpu', threads: 1 })
    gpu = await architecture.open(folder(name), { device: 'webgpu' })
    const { width } = cpu.config.decoder
    const rows = Float32Array.from({ length: 3 * width }, (_, i) => Math.sin(i) / 5)
    prompt = { rows, headRows: head === 'words' ? rows : new Float32Array() }
  })
  afterAll(async () => {
    await cpu?.close()
    await gpu?.close()
  })
  const options: ReadOptions = { head }
  const on = (one: MultimodalModel | undefined): Language => one!.language
  /** Word ids, learned rows too, that follow from nothing. */
  const words = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) =>
      i % 5 === 4 ? on(cpu).model.vocabularySize + (i % 3) : 5 + ((i * 7 + from) % 40),
    )

  it('gives the CPU’s logits word by word, behind rows of different lengths and copies of them', async () => {
    const run = async (language: Language) => {
      const logits: Float32Array[] = []
      const read = async (cache: KvCache, sequences: number[][]) =>
        logits.push((await language.read(cache, sequences, prompt, options)).logits)
      const cache = language.cache(2, 100)
      await read(cache, [words(9, 1), words(4, 2)])
      for (let i = 0; i < 6; i++) await read(cache, [words(1, i), words(1, i + 3)])
      await read(cache, [words(2, 8), words(5, 3)])
      cache.truncate(10)
      const rows = await KvCache.stack([{ packed: await cache.pack(1) }, { cache, row: 0 }, { cache, row: 1 }], 200)
      expect([...rows.lengths]).toEqual([10, 10, 10])
      for (let i = 0; i < 3; i++) await read(rows, [words(1, i), words(1, i + 1), words(2, i)])
      // What was copied from goes its own way.
      await read(cache, [words(1, 30), words(3, 31)])
      rows.dispose()
      cache.dispose()
      return logits
    }
    const [expected, actual] = [await run(on(cpu)), await run(on(gpu))]
    expect(actual.length).toBe(12)
    // Of what is put away in half precision the last digits are lost, in both.
    for (const [i, logits] of actual.entries())
      expect(difference(logits, expected[i]!), `run ${i}`).toBeLessThan(i < 8 ? 1e-4 : 1e-3)
  })

  it('moves none of it for a word, and gives the GPU’s memory back', async () => {
    const language = on(gpu)
    const before = residentBytes()
    const cache = language.cache(2, 200)
    await language.read(cache, [words(60, 1), words(50, 2)], prompt, options)
    const steps: { fed: number; returned: number }[] = []
    let last = await language.traffic()
    for (let i = 0; i < 16; i++) {
      const { logits } = await language.read(cache, [words(1, i), words(1, i)], prompt, options)
      const now = await language.traffic()
      steps.push({ fed: now.fed - last.fed, returned: now.returned - last.returned })
      last = now
      expect(residentBytes() - before).toBe(cache.bytes)
      expect(steps[i]!.returned).toBeLessThan(4 * 4 * logits.length)
    }
    // Only the mask grows, by one number for each row.
    for (const [i, { fed, returned }] of steps.entries())
      expect({ fed, returned }, `step ${i}`).toEqual({ fed: steps[0]!.fed + 4 * 2 * i, returned: steps[0]!.returned })
    expect(steps[15]!.fed).toBeLessThan(cache.bytes / 4)
    cache.dispose()
    expect(residentBytes()).toBe(before)

    // Nobody says that this one is not needed any more.
    await language.read(language.cache(), [words(60, 1)], prompt, options)
    expect(residentBytes()).toBeGreaterThan(before)
    for (let i = 0; i < 20 && residentBytes() > before; i++) {
      collectGarbage()
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect(residentBytes()).toBe(before)
  })

  it('gives back what is left when the model is closed, and is not hurt by what is forgotten then', async () => {
    const opened = await architecture.open(folder(name), { device: 'webgpu' })
    const before = residentBytes()
    await opened.language.read(opened.language.cache(), [words(6, 1)], prompt, options)
    expect(residentBytes()).toBeGreaterThan(before)
    await opened.close()
    expect(residentBytes()).toBe(before)
    for (let i = 0; i < 5; i++) {
      collectGarbage()
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect(residentBytes()).toBe(before)
  })
})
