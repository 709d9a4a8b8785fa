import { expect, it } from 'vitest'
import { defaultRecipe, lessonBudgets } from './recipe.ts'
import { scheduleFor } from './schedule.ts'

const { steps, warmUp, checkEvery } = defaultRecipe

it('is the recipe’s where time allows', () => {
  expect(scheduleFor(defaultRecipe, 3, { step: 300, look: 400, left: 80_000 })).toEqual({ steps, warmUp, checkEvery })
})

it('is of fewer steps where there is no time for all, looked at several times, and ends in time', () => {
  const [step, look, left] = [40_000, 25_000, 1_200_000]
  const planned = scheduleFor(defaultRecipe, 3, { step, look, left })
  expect(planned).toEqual({ steps: 29, warmUp: 1, checkEvery: 5 })
  const taken = (planned.steps - 3) * step + (planned.steps / planned.checkEvery) * look
  expect(taken).toBeLessThan(1.02 * left)
  expect(taken).toBeGreaterThan(0.9 * left)
})

it('makes another step as long as there is any time', () => {
  expect(scheduleFor(defaultRecipe, 3, { step: 40_000, look: 25_000, left: 10 }).steps).toBe(4)
})

it('leaves a rate that does not fall as it was published', () => {
  const { recipe } = lessonBudgets.paper
  const planned = scheduleFor(recipe, 3, { step: 1e6, look: 1e6, left: 1e6 })
  expect(planned).toEqual({ steps: recipe.steps, warmUp: 1, checkEvery: recipe.checkEvery })
})
