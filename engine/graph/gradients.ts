/** Reverse-mode differentiation: one walk back over the tape. It knows no operator; the rules stand beside those. */
import type { Value } from './graph.ts'
import { add, onesLike } from './operators/elementwise.ts'

/**
 * The gradients of a scalar `loss` with respect to `wanted`, as values of the same graph and of the shapes of
 * `wanted`. Only steps that lie between a wanted value and the loss are differentiated.
 *
 * @throws Error where a step on the way has no rule, or a wanted value does not influence the loss.
 */
export function gradients(loss: Value, wanted: readonly Value[]): Value[] {
  const tape = [...loss.graph.tape]
  const active = new Set(wanted.map(value => value.name))
  for (const step of tape) {
    if (step.inputs.some(input => active.has(input.name))) for (const output of step.outputs) active.add(output.name)
  }
  const gradient = new Map<string, Value>([[loss.name, onesLike(loss)]])
  for (const step of tape.reverse()) {
    const dy = step.outputs.map(output => gradient.get(output.name))
    const needed = step.inputs.map(input => active.has(input.name))
    if (dy.every(value => value === undefined) || !needed.includes(true)) continue
    if (!step.gradient)
      throw new Error(`Expected a gradient rule on the way to ${step.outputs[0]?.name} but its operator has none`)
    const dx = step.gradient(dy, needed)
    step.inputs.forEach((input, i) => {
      const contribution = dx[i]
      if (!needed[i] || contribution === undefined) return
      const sum = gradient.get(input.name)
      gradient.set(input.name, sum ? add(sum, contribution) : contribution)
    })
  }
  return wanted.map(value => {
    const result = gradient.get(value.name)
    if (!result) throw new Error(`Expected ${value.name} to influence the loss but no path leads there`)
    return result
  })
}
