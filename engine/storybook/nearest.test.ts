import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import type { Concept } from '../engine.ts'
import { SLOT_WORDS } from './language/profile.ts'
import { nearestByProfile, readsProfiles } from './nearest.ts'
import { readProfiles } from './reading.ts'

let folder: string
let context: ModelContext
const codes = Array.from({ length: 64 }, (_, i) => (i * 7) % 32)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearest-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { device: 'cpu', threads: 1 })
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

/** A concept whose u rows are the words that `choose` takes from the distribution of each slot. */
async function described(
  name: string,
  choose: (slot: number, probabilities: Float32Array) => number,
): Promise<Concept> {
  const { template, model } = context
  const { width } = model.config.decoder
  const table = await (await openCheckpoint(folder)).readFloat32('model.embed_tokens.weight')
  const [read] = await readProfiles(model, template, [codes])
  const concept = randomConcept(context, name)
  const slots = read?.characters[0]?.slots as Float32Array[]
  SLOT_WORDS.forEach((words, slot) => {
    const word = words[choose(slot, slots[slot] as Float32Array)] as string
    const at = (model.config.vocabulary.get(word) as number) * width
    concept.embedding.set(table.subarray(at, at + width), (1 + template.tokens + 1 + slot) * width)
  })
  return concept
}

describe('nearestByProfile', () => {
  it('puts those first whose words are what the model reads in the picture', async () => {
    const likely = (_: number, p: Float32Array) => p.indexOf(Math.max(...p))
    const unlikely = (_: number, p: Float32Array) => p.indexOf(Math.min(...p))
    const concepts = [
      await described('Other', unlikely),
      await described('Partly', (slot, p) => (slot < 8 ? likely(slot, p) : unlikely(slot, p))),
      await described('Same', likely),
    ]
    const order = (await nearestByProfile(context)(codes, concepts)).map(index => concepts[index]?.name)
    expect(order).toEqual(['Same', 'Partly', 'Other'])
  })

  it('is for models that have the words', async () => {
    expect(readsProfiles(context)).toBe(true)
    const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
    const other = await openContext(golden, { device: 'cpu' })
    expect(readsProfiles(other)).toBe(false)
    await other.model.close()
  })
})
