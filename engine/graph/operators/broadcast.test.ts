/** Laws of broadcasting, which the elementwise gradient rules rest on. */
import { array, assert, boolean, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Graph } from '../graph.ts'
import { broadcast, sumTo } from './index.ts'

/** Two shapes that broadcast to `whole`, with axes of length 1 and axes left out on the way. */
const pairs = array(tuple(integer({ min: 1, max: 5 }), boolean(), boolean()), { maxLength: 5 }).chain(axes =>
  tuple(integer({ min: 0, max: axes.length }), integer({ min: 0, max: axes.length })).map(([dropA, dropB]) => {
    const a = axes.map(([length, thin]) => (thin ? 1 : length)).slice(dropA)
    const b = axes.map(([length, , thin]) => (thin ? 1 : length)).slice(dropB)
    return { a, b }
  }),
)

describe('broadcasting', () => {
  it('is symmetric, and changes nothing when it is done again', () => {
    assert(
      property(pairs, ({ a, b }) => {
        const both = broadcast(a, b)
        expect(broadcast(b, a)).toEqual(both)
        expect(broadcast(both, a)).toEqual(both)
        expect(both).toHaveLength(Math.max(a.length, b.length))
      }),
    )
  })

  it('keeps lengths that are known only when the graph runs', () => {
    expect(broadcast(['B', 1, 3], ['T', 1])).toEqual(['B', 'T', 3])
    expect(() => broadcast(['B'], ['T'])).toThrow('Expected shapes that broadcast but received [B] and [T]')
  })

  it('is undone by sumTo: a gradient gets its operand’s shape', () => {
    assert(
      property(pairs, ({ a, b }) => {
        const gradient = new Graph().input('dy', 'float32', broadcast(a, b))
        expect(sumTo(gradient, a).shape).toEqual(a)
        expect(sumTo(gradient, b).shape).toEqual(b)
      }),
    )
  })
})
