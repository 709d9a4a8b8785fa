import { describe, expect, it } from 'vitest'
import { adamWStep, createAdamWState } from './adamw.ts'

const one = (value: number) => new Map([['w', Float32Array.of(value)]])
const first = (map: ReadonlyMap<string, Float32Array>, name = 'w') => map.get(name)![0]!

describe('AdamW', () => {
  it('moves as computed by hand over two steps', () => {
    const [parameters, state] = [one(1), createAdamWState()]
    // m̂ = g and v̂ = g² at the first step, whatever g is: the rate, against its sign.
    expect(adamWStep(parameters, one(0.5), state, 0.1)).toBe(0.5)
    expect(first(parameters)).toBeCloseTo(0.9, 6)
    // m̂ = (.9·.05 − .1)/.19, v̂ = (.999·.00025 + .001)/.001999
    adamWStep(parameters, one(-1), state, 0.1)
    expect(first(parameters)).toBeCloseTo(0.9 + (0.1 * 0.28947368) / Math.sqrt(0.62518759), 6)
    expect(state.step).toBe(2)
  })

  it('decays weights beside the moments, and only those that decay', () => {
    const parameters = new Map([
      ['weight', Float32Array.of(2)],
      ['bias', Float32Array.of(2)],
    ])
    const gradients = new Map([
      ['weight', Float32Array.of(3)],
      ['bias', Float32Array.of(3)],
    ])
    adamWStep(parameters, gradients, createAdamWState(), 0.1, { weightDecay: 0.5 }, name => name === 'weight')
    expect(first(parameters, 'weight')).toBeCloseTo(2 * (1 - 0.1 * 0.5) - 0.1, 6)
    expect(first(parameters, 'bias')).toBeCloseTo(2 - 0.1, 6)
  })

  it('clips all gradients together to one norm, and returns the norm before', () => {
    const state = createAdamWState()
    const parameters = new Map([
      ['a', Float32Array.of(0)],
      ['b', Float32Array.of(0)],
    ])
    const gradients = new Map([
      ['a', Float32Array.of(3)],
      ['b', Float32Array.of(4)],
    ])
    expect(adamWStep(parameters, gradients, state, 0.1, {}, undefined, 1)).toBe(5)
    // The first moments hold (1 − β₁) of the clipped gradients .6 and .8.
    expect(first(state.first, 'a')).toBeCloseTo(0.06, 6)
    expect(first(state.first, 'b')).toBeCloseTo(0.08, 6)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('changes nothing where a gradient is %d', value => {
    const [parameters, state] = [one(1), createAdamWState()]
    expect(Number.isFinite(adamWStep(parameters, one(value), state, 0.1))).toBe(false)
    expect(first(parameters)).toBe(1)
    expect(state).toEqual(createAdamWState())
  })

  it('names a gradient that belongs to no parameter', () => {
    const act = () => adamWStep(new Map(), one(1), createAdamWState(), 0.1)
    expect(act).toThrow('Expected a parameter for the gradient "w" but there is none')
  })
})
