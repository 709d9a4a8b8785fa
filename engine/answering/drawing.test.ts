import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import type { PictureView } from '../models/multimodal.ts'
import { type ModelContext, openContext } from './context.ts'
import { drawAlike, drawBatch } from './drawing.ts'
import { joinRows } from './soft-prompt.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

let context: ModelContext
beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
})
afterAll(() => context.model.close())

describe('drawBatch', () => {
  it('draws side by side what it draws alone', async () => {
    const { template } = context
    const softPrompt = joinRows([randomConcept(context, 'Bo')])
    const prompt = (text: string) => [
      ...template.begin(),
      ...template.userTurn({ concepts: ['Bo'], text }),
      ...template.answerStart('drawing', [0]),
    ]
    const prompts = ['draw bo.', 'draw bo in the snow.', 'draw bo in the snow.'].map(prompt)
    const together = await drawBatch(context, prompts, [1, 2, 3], { softPrompt })
    for (const [i, ids] of prompts.entries()) {
      const [alone] = await drawBatch(context, [ids], [i + 1], { softPrompt })
      expect(alone?.codes).toEqual(together[i]?.codes)
      expect(alone?.codes).toHaveLength(64)
    }
    expect(together[1]?.codes).not.toEqual(together[2]?.codes)
  })

  it('takes guidance into account, and gives way between words', async () => {
    const prompt = [...context.template.begin(), ...context.template.userTurn({ text: 'draw the cat.' })]
    let ways = 0
    const draw = async (guidance: number) => {
      const giveWay = async () => void ways++
      const [drawing] = await drawBatch(context, [prompt], [1], { guidance, giveWay })
      return drawing?.codes
    }
    expect(await draw(1)).not.toEqual(await draw(6))
    expect(ways).toBe(128)
  })

  it('asks for a seed for each', async () => {
    await expect(drawBatch(context, [[1]], [])).rejects.toThrow('Expected 1 seeds')
  })
})

describe('drawAlike', () => {
  it('draws candidates and keeps the one in which the concepts are most alike', async () => {
    const { template, model } = context
    const concepts = [randomConcept(context, 'Bo')]
    const ids = [...template.begin(), ...template.userTurn({ concepts: ['Bo'], text: 'draw bo.' })]
    const cache = model.language.cache(1, ids.length)
    await model.language.read(cache, [ids], joinRows(concepts))
    const seen: PictureView[] = []
    const preferring = (place: number): ModelContext => ({
      ...context,
      generation: { ...context.generation, candidates: 3 },
      likeness: async pictures => {
        seen.push(...pictures)
        return pictures.map((_, i) => [i === place ? 2 : 1])
      },
    })
    const first = await drawAlike(preferring(0), cache, 7, concepts)
    const last = await drawAlike(preferring(2), cache, 7, concepts)
    expect([first.codes, last.codes]).toEqual([seen[0], seen[5]])
    expect(first.codes).not.toEqual(last.codes)
    expect(seen).toHaveLength(6)
    // The first candidate is what the seed draws alone; without a concept nothing is compared.
    expect((await drawAlike(context, cache, 7, concepts)).codes).toEqual(first.codes)
    expect((await drawAlike(preferring(2), cache, 7, [])).codes).toEqual(first.codes)
    expect(seen).toHaveLength(6)
  })
})
