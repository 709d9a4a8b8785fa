import { expect, it } from 'vitest'
import { KvBuffers } from './kv-buffers.ts'

it('gives buffers out again as zeros, each to one', () => {
  const buffers = new KvBuffers()
  const first = buffers.take(4).fill(Number.NaN)
  buffers.give(first)
  expect(buffers.take(3)).not.toBe(first)
  const again = buffers.take(4)
  expect(again).toBe(first)
  expect([...again]).toEqual([0, 0, 0, 0])
  expect(buffers.take(4)).not.toBe(first)
})

it('holds no more than its limit, of those that were given last', () => {
  const buffers = new KvBuffers(2 * 4 * Float32Array.BYTES_PER_ELEMENT)
  const given = [new Float32Array(4), new Float32Array(4), new Float32Array(4)] as const
  for (const buffer of given) buffers.give(buffer)
  expect(buffers.take(4)).toBe(given[2])
  expect(buffers.take(4)).toBe(given[1])
  expect(buffers.take(4)).not.toBe(given[0])
})

it('holds as much as the longest row that was given back', () => {
  const buffers = new KvBuffers(0)
  buffers.give(new Float32Array(4))
  const given = [new Float32Array(4), new Float32Array(4)] as const
  buffers.makeRoom(given[0].byteLength)
  for (const buffer of given) buffers.give(buffer)
  expect(buffers.take(4)).toBe(given[1])
  expect(buffers.take(4)).not.toBe(given[0])
})
