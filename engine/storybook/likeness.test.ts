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
import { profileLikeness, readsProfiles } from './likeness.ts'
import { type ReadPicture, readProfiles } from './reading.ts'
import { SYNTHESIS_WEIGHT, synthesisLogLikelihoods } from './synthesis.ts'

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

describe('profileLikeness', () => {
  const likely = (_: number, p: Float32Array) => p.indexOf(Math.max(...p))
  const unlikely = (_: number, p: Float32Array) => p.indexOf(Math.min(...p))
  const same = () => described('Same', likely)
  const other = () => described('Other', unlikely)

  it('is the greater the more of a concept’s words the model reads in the picture', async () => {
    const partly = await described('Partly', (slot, p) => (slot < 4 ? likely : unlikely)(slot, p))
    const [likeness] = await profileLikeness(context)([codes], [await other(), partly, await same()])
    const [least, less, most] = likeness as [number, number, number]
    expect(least).toBeLessThan(less - 0.1)
    expect(less).toBeLessThan(most - 0.1)
  })

  it('takes a row for the mixture of words among which it lies, whatever its length', async () => {
    const whole = await same()
    const half = { ...whole, embedding: whole.embedding.map(value => value / 2) }
    const likeness = profileLikeness(context)
    const [[one, two]] = (await likeness([codes], [whole, half])) as [[number, number]]
    expect(two).toBeCloseTo(one, 3)
    const nowhere = { ...whole, embedding: whole.embedding.map(() => 0) }
    expect((await likeness([codes], [nowhere]))[0]).toEqual([0])
  })

  it('takes nobody in a picture for two who are in it together', async () => {
    const concepts = [await same(), await same()]
    const likeness = profileLikeness(context)
    const [apart] = (await likeness([codes], concepts)) as [[number, number]]
    const [together] = (await likeness([codes], concepts, { together: true })) as [[number, number]]
    const characters = (await readProfiles(context.model, context.template, [codes]))[0]?.characters.length
    expect(apart[0]).toBe(apart[1])
    expect(Math.min(...together) < Math.min(...apart)).toBe(characters === 1)
    expect(await likeness([codes], concepts.slice(0, 1), { together: true })).toEqual([[apart[0]]])
  })

  it('looks closely how much likelier the picture is as a drawing of the concept than of whom it reads', async () => {
    const concepts = [await same(), await described('Partly', (slot, p) => (slot === 4 ? unlikely : likely)(slot, p))]
    const likeness = profileLikeness(context)
    const [[plain]] = (await likeness([codes], concepts)) as [[number]]
    const [[one, two]] = (await likeness([codes], concepts, { closely: true })) as [[number, number]]
    const [scene] = (await readProfiles(context.model, context.template, [codes])) as [ReadPicture]
    const [[first, second]] = (await likeness([codes], concepts)) as [[number, number]]
    expect(first).toBe(plain)
    expect(scene.characters).toHaveLength(1)
    const [a, b] = (await synthesisLogLikelihoods(
      context,
      concepts.map(concept => ({ codes, scene, characters: [concept] })),
    )) as [number, number]
    // Both are compared with the same reading.
    expect(one - first - (two - second)).toBeCloseTo(SYNTHESIS_WEIGHT * (a - b), 3)
    expect(Math.abs(a - b)).toBeGreaterThan(0.01)
  })

  it('does not depend on what else is asked', async () => {
    const concepts = [await same(), await other()]
    const more = codes.map(code => (code + 5) % 32)
    const likeness = profileLikeness(context)
    const alone = await likeness([codes], concepts)
    const [first, second] = await likeness([codes, more], concepts)
    expect(first).toEqual(alone[0])
    expect(second).not.toEqual(first)
  })

  it('is for models that have the words', async () => {
    expect(readsProfiles(context)).toBe(true)
    const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
    const other = await openContext(golden, { device: 'cpu' })
    expect(readsProfiles(other)).toBe(false)
    await other.model.close()
  })
})
