/**
 * Numbers that the runtime cannot know before the graph runs: what is computed from constants alone it computes as it loads
 * the graph, and keeps, be it ever so large.
 */
import type { Dim, DType, Value } from '../graph.ts'
import { cast } from './elementwise.ts'

/** A number that is known only when `when` is. */
export const late = (when: Value, number: number, dtype: DType): Value => cast(lateIntegers(when, number), dtype)

/** Integers (int64) that are known only when `when` is: a scalar, or a list. */
export function lateIntegers(when: Value, numbers: number | readonly number[]): Value {
  const { graph } = when
  const step = (type: string, inputs: readonly Value[], shape: readonly Dim[]) =>
    graph.add(type, inputs, [{ dtype: 'int64', shape }])[0] as Value
  const length = step('Gather', [step('Shape', [when], [when.shape.length]), graph.integers([0], [])], [])
  const zero = step('Mul', [length, graph.integers([0], [])], [])
  const wanted = typeof numbers === 'number' ? graph.integers([numbers], []) : graph.integers(numbers)
  return step('Add', [wanted, zero], wanted.shape)
}
