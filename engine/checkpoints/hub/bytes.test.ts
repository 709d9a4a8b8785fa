import { describe, expect, it } from 'vitest'
import { readableBytes, Speed } from './bytes.ts'

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [15_855_798, '16 MB'],
  [4_161_100_000, '4.2 GB'],
  [3e15, '3000 TB'],
])('%d bytes are "%s"', (bytes, text) => {
  expect(readableBytes(bytes)).toBe(text)
})

describe('speed', () => {
  it('is that of the last ten seconds', () => {
    let now = 0
    const speed = new Speed(() => now)
    expect(speed.at(0)).toBe(0)
    now = 2000
    expect(speed.at(1000)).toBe(500)
    // A burst long ago counts no more.
    for (; now <= 20_000; now += 1000) speed.at(100_000)
    expect(speed.at(100_000)).toBe(0)
  })

  it('is not below nothing when bytes have to come again', () => {
    let now = 0
    const speed = new Speed(() => now)
    speed.at(5000)
    now = 1000
    expect(speed.at(0)).toBe(0)
  })
})
