import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FamiliarError } from '../errors.ts'
import type { Example, Language, Learning, SoftPrompt, Word } from '../models/language.ts'
import { optimise } from './optimise.ts'
import { defaultRecipe, type Recipe } from './recipe.ts'

/** One row of one number whose loss is its square: a model on which it is seen what steps do. */
const language = {
  learn: async (_: readonly Example<Word>[], { rows }: SoftPrompt): Promise<Learning> => ({
    loss: rows[0]! ** 2,
    losses: rows,
    rowGradient: Float32Array.of(2 * rows[0]!),
    headRowGradient: new Float32Array(),
  }),
} as unknown as Language
const start: SoftPrompt = { rows: Float32Array.of(1), headRows: new Float32Array() }
const batches = () => ({ questions: [], drawings: [], drawingShare: 1 })
const checkpoint = { reached: undefined, due: false, write: async () => {} }
const recipe: Recipe = { ...defaultRecipe, steps: 100, checkEvery: 20, pull: 0 }

let looked: number[]
beforeEach(() => {
  looked = []
})

/** @param time for so many steps */
function lesson(given: Recipe, time: number) {
  let made = 0
  const clock = {
    get late() {
      return made >= time
    },
    left: Number.POSITIVE_INFINITY,
    state: { seconds: 0, used: 0, preparing: 0, step: 0, pace: 0 },
    planned: vi.fn(),
    step: (step: number) => {
      made = step
    },
  }
  const heldOut = {
    score: async ({ rows }: SoftPrompt) => {
      looked.push(made)
      return { presence: 0, recognition: 1, loss: rows[0]! ** 2, threshold: 0 }
    },
  }
  return { clock, run: () => optimise({ language, start, batches, heldOut, recipe: given, clock, checkpoint }, {}) }
}

describe('optimise', () => {
  it('looks at the held-out pictures every so many steps, and keeps the best', async () => {
    const kept = await lesson(recipe, 1_000).run()
    expect(looked).toEqual([0, 20, 40, 60, 80, 100])
    expect(kept.steps).toBe(100)
    expect(kept.prompt.rows[0]! ** 2).toBeLessThan(1)
    expect(start.rows[0]).toBe(1)
  })

  it('looks at what was learned last when its time is over', async () => {
    const kept = await lesson(recipe, 27).run()
    expect(looked).toEqual([0, 20, 27])
    expect(kept).toMatchObject({ steps: 27, step: 27 })
  })

  it('plans for the steps that there is time for', async () => {
    const { clock, run } = lesson(recipe, 1_000)
    // A thousand times less than such a step takes.
    clock.left = 1e-9
    const kept = await run()
    expect(clock.planned).toHaveBeenCalledWith(4)
    expect(looked).toEqual([0, 4])
    expect(kept.steps).toBe(4)
  })

  it('does not look twice at the same rows', async () => {
    await lesson({ ...recipe, steps: 40 }, 40).run()
    expect(looked).toEqual([0, 20, 40])
    looked = []
    await lesson(recipe, 0).run()
    expect(looked).toEqual([0])
  })

  it('stops when no better ones come, and when it is cancelled', async () => {
    const { clock } = lesson(recipe, 1_000)
    const heldOut = { score: async () => ({ presence: 1, recognition: 1, loss: 1, threshold: 0 }) }
    const given = { language, start, batches, heldOut, recipe: { ...recipe, patience: 2 }, clock, checkpoint }
    expect(await optimise(given, {})).toMatchObject({ steps: 40, step: 0 })
    const signal = AbortSignal.abort()
    await expect(optimise(given, { signal })).rejects.toThrow(FamiliarError)
  })
})
