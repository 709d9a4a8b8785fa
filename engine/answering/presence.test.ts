import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import type { Concept } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import { sigmoid } from '../models/sampling.ts'
import { type Likeness, type ModelContext, openContext } from './context.ts'
import { presenceEvidence, presenceLogOdds, presenceQuestions } from './presence.ts'
import { recognise } from './recognition.ts'
import { seePictures } from './seeing.ts'
import { joinRows } from './soft-prompt.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

let context: ModelContext
let concepts: Concept[]
let images: RgbImage[]
let pictures: PictureView[]

beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
  concepts = Array.from({ length: 11 }, (_, i) => randomConcept(context, `Bo ${i}`))
  images = [17, 91].map(step => {
    return { width: 20, height: 16, data: Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * step) % 256) }
  })
  pictures = await seePictures(context, images)
})
afterAll(() => context.model.close())

describe('presenceLogOdds', () => {
  it('is what the model says behind the whole prompt, whoever is asked about beside', async () => {
    const { template, model } = context
    const all = await presenceLogOdds(context, pictures, concepts)
    const concept = concepts[9] as Concept
    let sum = 0
    for (const question of presenceQuestions) {
      const text = question.replace('{name}', 'Bo')
      const ids = [
        ...template.begin([pictures[1] as PictureView]),
        ...template.userTurn({ concepts: ['Bo'], text }),
        ...template.answerStart('language', [0]),
      ]
      const { logits } = await model.language.read(model.language.cache(), [ids], joinRows([concept]))
      sum +=
        (logits[template.text('yes')[0] as number] as number) - (logits[template.text('no')[0] as number] as number)
    }
    expect(all[1]?.[9]).toBeCloseTo(sum / presenceQuestions.length, 3)
    expect(new Set(all.flat().map(value => value.toFixed(4))).size).toBeGreaterThan(15)
  })

  it('asks one after another where no more find room in memory, and says the same', async () => {
    const some = concepts.slice(0, 2)
    const expected = await presenceLogOdds(context, pictures, some)
    const read = vi.spyOn(context.model.language, 'read')
    const actual = await presenceLogOdds(context, pictures, some, { freeMemory: 1 })
    expect(read.mock.calls.map(([, sequences]) => sequences.length)).toEqual(Array(14).fill(1))
    read.mockRestore()
    for (const [i, odds] of actual.flat().entries()) expect(odds).toBeCloseTo(expected.flat()[i]!, 4)
  })
})

describe('recognise', () => {
  it('ranks concepts by the odds above their thresholds', async () => {
    const some = concepts.slice(0, 3)
    const [odds = []] = await presenceLogOdds(context, [pictures[0] as PictureView], some)
    // Thresholds at the odds themselves: the picture is exactly on the line.
    const calibrated = some.map((concept, i) => ({ ...concept, threshold: sigmoid(odds[i] as number) }))
    for (const { confidence } of await recognise(context, images[0] as RgbImage, calibrated))
      expect(confidence).toBeCloseTo(0.5, 3)
    const lenient = { ...(calibrated[1] as Concept), threshold: 0.0001 }
    const strict = { ...(calibrated[2] as Concept), threshold: 0.9999 }
    const ranked = await recognise(context, images[0] as RgbImage, [strict, calibrated[0] as Concept, lenient])
    expect(ranked.map(({ concept }) => concept)).toEqual(['Bo 1', 'Bo 0', 'Bo 2'])
    expect(ranked[0]).toMatchObject({ present: true })
    expect(ranked[2]).toMatchObject({ present: false })
  })

  it('asks about the nearest only when there are many', async () => {
    const likeness: Likeness = async (pictures, some) =>
      pictures.map(() => some.map(({ embedding }) => rank(embedding)))
    const rank = (rows: Float32Array) => concepts.findIndex(({ embedding }) => embedding === rows)
    const lenient = concepts.map(concept => ({ ...concept, threshold: 0.000001 }))
    const found = await recognise({ ...context, likeness }, images[0] as RgbImage, lenient)
    expect(found).toHaveLength(11)
    const present = found.filter(one => one.present).map(one => one.concept)
    expect(present).toHaveLength(8)
    expect(present).not.toContain('Bo 2')
    expect((await recognise(context, images[0] as RgbImage, lenient)).filter(one => one.present)).toHaveLength(11)
  })

  it('adds what the model reads in the picture to its yes or no', async () => {
    const some = concepts.slice(0, 2)
    const picture = [pictures[0] as PictureView]
    const [odds = []] = await presenceLogOdds(context, picture, some)
    const likeness: Likeness = async () => [[1.5, -0.5]]
    const [evidence = []] = await presenceEvidence({ ...context, likeness }, picture, some)
    expect(evidence[0]).toBeCloseTo(odds[0]! + 1.5, 3)
    expect(evidence[1]).toBeCloseTo(odds[1]! - 0.5, 3)
  })

  it('refuses concepts of other models, and knows nobody where there is nobody', async () => {
    const foreign = { ...(concepts[0] as Concept), width: 7 }
    await expect(recognise(context, images[0] as RgbImage, [foreign])).rejects.toMatchObject({
      code: 'FOREIGN_CONCEPT',
    })
    expect(await recognise(context, images[0] as RgbImage, [])).toEqual([])
  })
})
