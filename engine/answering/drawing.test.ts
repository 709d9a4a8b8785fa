import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import { type ModelContext, openContext } from './context.ts'
import { drawBatch } from './drawing.ts'
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
