/** AdamW (Loshchilov & Hutter 2019): Adam with weight decay that does not pass through the moments. */

export interface AdamWOptions {
  readonly betas?: readonly [number, number]
  readonly epsilon?: number
  readonly weightDecay?: number
}

/** First and second moments of every parameter, and how many steps they have seen. */
export interface AdamWState {
  step: number
  readonly first: Map<string, Float32Array>
  readonly second: Map<string, Float32Array>
}

export const createAdamWState = (): AdamWState => ({ step: 0, first: new Map(), second: new Map() })

/**
 * Moves `parameters` in place against `gradients` (same names and lengths).
 *
 * @param decays whether a parameter is decayed; norms and biases usually are not
 * @param clip largest allowed Euclidean norm of all gradients together; they are scaled down to it
 * @returns the norm before clipping; where it is not finite nothing is changed
 */
export function adamWStep(
  parameters: ReadonlyMap<string, Float32Array>,
  gradients: ReadonlyMap<string, Float32Array>,
  state: AdamWState,
  learningRate: number,
  { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 }: AdamWOptions = {},
  decays: (name: string) => boolean = () => true,
  clip = Number.POSITIVE_INFINITY,
): number {
  let squares = 0
  for (const gradient of gradients.values()) {
    let sum = 0
    for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) * (gradient[i] as number)
    squares += sum
  }
  const norm = Math.sqrt(squares)
  if (!Number.isFinite(norm)) return norm
  const scale = norm > clip ? clip / norm : 1
  const [beta1, beta2] = betas
  state.step++
  const rate = (learningRate * Math.sqrt(1 - beta2 ** state.step)) / (1 - beta1 ** state.step)
  const floor = epsilon * Math.sqrt(1 - beta2 ** state.step)
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name)
    if (!parameter) throw new Error(`Expected a parameter for the gradient "${name}" but there is none`)
    const first = moment(state.first, name, gradient.length)
    const second = moment(state.second, name, gradient.length)
    const keep = decays(name) ? 1 - learningRate * weightDecay : 1
    for (let i = 0; i < gradient.length; i++) {
      const g = (gradient[i] as number) * scale
      const m = beta1 * (first[i] as number) + (1 - beta1) * g
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g
      first[i] = m
      second[i] = v
      parameter[i] = keep * (parameter[i] as number) - (rate * m) / (Math.sqrt(v) + floor)
    }
  }
  return norm
}

function moment(moments: Map<string, Float32Array>, name: string, length: number): Float32Array {
  let known = moments.get(name)
  if (!known) {
    known = new Float32Array(length)
    moments.set(name, known)
  }
  return known
}
