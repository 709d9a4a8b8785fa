import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import { joinRows } from '../answering/soft-prompt.ts'
import { ignoredLabel } from '../models/language.ts'
import type { ReadCharacter, ReadPicture } from './reading.ts'
import { synthesisLogLikelihoods, type Taken } from './synthesis.ts'

let folder: string
let context: ModelContext
const codes = Array.from({ length: 64 }, (_, i) => (i * 7) % 32)
const standing = { kind: 'cat', slots: [], side: 'left', action: 'standing' } as ReadCharacter
const alone: ReadPicture = { place: 'beach', characters: [standing] }
const pair: ReadPicture = { place: 'moon', characters: [standing, { ...standing, side: 'right', action: 'running' }] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synthesis-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { device: 'cpu', threads: 1 })
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

/** The same by the graph that learns, which scores labels. */
async function byLabels({ codes, characters }: Taken, text: string): Promise<number> {
  const { template, model } = context
  const slots = characters.map((_, slot) => slot)
  const concepts = ['sks', 'skt'].slice(0, characters.length)
  const prompt = [
    ...template.begin(),
    ...template.userTurn({ concepts, text }),
    ...template.answerStart('drawing', slots),
  ]
  const ids = [...prompt, ...template.picture(codes)]
  const labels = ids.map((id, t) => (t > prompt.length && t <= prompt.length + codes.length ? id : ignoredLabel))
  const rows = joinRows(characters)!
  const { losses } = await model.language.learn([{ ids, labels }], { ...rows, headRows: new Float32Array() })
  expect(losses).toHaveLength(codes.length)
  return -losses.reduce((sum, loss) => sum + loss, 0)
}

describe('synthesisLogLikelihoods', () => {
  it('is what a picture’s words lose as the answer to a request for its scene', async () => {
    const [bo, kit] = [randomConcept(context, 'Bo'), randomConcept(context, 'Kit')]
    const single = { codes, scene: alone, characters: [bo] }
    const double = { codes, scene: pair, characters: [kit, bo] }
    const [one, two] = (await synthesisLogLikelihoods(context, [single, double])) as [number, number]
    expect(one).toBeCloseTo(await byLabels(single, 'draw sks standing on the left at the beach.'), 2)
    const both = 'draw sks standing on the left and skt running on the right on the moon.'
    expect(two).toBeCloseTo(await byLabels(double, both), 2)
  })

  it('does not depend on what else is asked, and does on who it is taken for', async () => {
    const concepts = ['a', 'b', 'c', 'd', 'e'].map(name => randomConcept(context, name))
    const taken = concepts.map((concept, i) => ({
      codes: codes.map(code => (code + i) % 32),
      scene: i % 2 === 0 ? alone : pair,
      characters: i % 2 === 0 ? [concept] : [concept, concepts[0]!],
    }))
    const all = await synthesisLogLikelihoods(context, taken)
    for (const [i, one] of taken.entries())
      expect((await synthesisLogLikelihoods(context, [one]))[0]).toBeCloseTo(all[i]!, 3)
    const [other] = await synthesisLogLikelihoods(context, [
      { ...taken[1]!, characters: taken[1]!.characters.toReversed() },
    ])
    expect(Math.abs(other! - all[1]!)).toBeGreaterThan(0.1)
  })
})
