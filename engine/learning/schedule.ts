/**
 * How many steps a lesson makes. Where a step takes so long that the recipe's do not fit into its time, as with a model of real
 * size on a few cores, all that goes by steps is planned for those that do: the rate comes down to nothing with the last one,
 * and what was learned is looked at as it goes.
 */
import type { Recipe } from './recipe.ts'

/** Steps after which it is known how long one takes: the first makes its session. */
export const trialSteps = 3
/** From one look at the held-out pictures to the next, at least: with a model of real size a look takes half as long as a step. */
const fewestBetweenLooks = 5

export type Schedule = Pick<Recipe, 'steps' | 'warmUp' | 'checkEvery'>

/** Milliseconds. */
export interface Pace {
  readonly step: number
  readonly look: number
  /** Until learning has to stop. */
  readonly left: number
}

/** @param made steps so far */
export function scheduleFor({ steps, warmUp, checkEvery, decays }: Recipe, made: number, pace: Pace): Schedule {
  const whole = { steps, warmUp, checkEvery }
  const fewer = possible(made, pace, checkEvery)
  // A rate that does not fall needs no plan.
  if (!decays || fewer >= steps) return whole
  const inProportion = (value: number) => Math.max(1, Math.round((value * fewer) / steps))
  const between = Math.max(inProportion(checkEvery), Math.min(fewestBetweenLooks, checkEvery))
  return { steps: possible(made, pace, between), warmUp: inProportion(warmUp), checkEvery: between }
}

/** Steps that there is time for, those that were made counted too, and at least one more. */
const possible = (made: number, { step, look, left }: Pace, between: number) =>
  made + Math.max(1, Math.floor(left / (step + look / between)))
