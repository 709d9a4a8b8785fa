/** Reverse-mode differentiation: one walk back over the tape. It knows no operator; the rules stand beside those. */
import type { Step, Value } from './graph.ts'
import { add, onesLike } from './operators/elementwise.ts'
import { late } from './operators/late.ts'

/**
 * The gradients of a scalar `loss` with respect to `wanted`, as values of the same graph and of the shapes of
 * `wanted`. Only steps that lie between a wanted value and the loss are differentiated.
 *
 * @throws Error where a step on the way has no rule, or a wanted value does not influence the loss.
 */
export function gradients(loss: Value, wanted: readonly Value[]): Value[] {
  return walkBack([...loss.graph.tape], loss, onesLike(loss), wanted)
}

/**
 * `build(inputs)`, of which only the inputs and the result are kept for the way back: what lies between is computed again there. It
 * takes the time of `build` once more. Nothing but the inputs is differentiated.
 *
 * @param inputs the first is copied on the way back, so that it had better be small, and all that is to be forgotten follows from it
 * Source: Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"
 */
export function recomputed(inputs: readonly [Value, ...Value[]], build: (...inputs: Value[]) => Value): Value {
  const [first, ...others] = inputs
  const { graph } = first
  return graph.together(inputs, () => ({
    output: build(...inputs),
    gradient: ([dy], wanted) => {
      const d = dy as Value
      const before = graph.tape.length
      // Not before d is there; and the runtime, which computes only once what it finds twice, must not find it.
      const again = [add(first, late(d, 0, first.dtype)), ...others]
      const y = build(...again)
      const found = walkBack(
        graph.tape.slice(before),
        y,
        d,
        again.filter((_, i) => wanted[i]),
      )
      return wanted.map(isWanted => (isWanted ? found.shift() : undefined))
    },
  }))
}

/** The gradients of `wanted`, from the gradient of `result`, over these steps. */
function walkBack(tape: readonly Step[], result: Value, dy: Value, wanted: readonly Value[]): Value[] {
  const active = new Set(wanted.map(value => value.name))
  for (const step of tape) {
    if (step.inputs.some(input => active.has(input.name))) for (const output of step.outputs) active.add(output.name)
  }
  const gradient = new Map<string, Value>([[result.name, dy]])
  for (const step of [...tape].reverse()) {
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
    const found = gradient.get(value.name)
    if (!found) throw new Error(`Expected ${value.name} to influence the loss but no path leads there`)
    return found
  })
}
