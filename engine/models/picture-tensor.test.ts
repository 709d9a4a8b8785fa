import { describe, expect, it } from 'vitest'
import { fitSquare, fromBatch, toBatch } from './picture-tensor.ts'

describe('pictures and tensors', () => {
  it('go to planes in −1…1 and come back', () => {
    const data = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 15)
    const images = [
      { width: 2, height: 3, data },
      { width: 2, height: 3, data: data.slice().reverse() },
    ]
    const batch = toBatch(images)
    expect(batch.shape).toEqual([2, 3, 3, 2])
    expect(batch.pixels[0]).toBe(-1)
    expect(batch.pixels[1]).toBeCloseTo(45 / 127.5 - 1)
    expect(batch.pixels[6]).toBeCloseTo(15 / 127.5 - 1)
    expect(batch.pixels[18]).toBe(1)
    expect(fromBatch(batch)).toEqual(images)
    expect(() => toBatch([images[0] as never, { width: 3, height: 2, data }])).toThrow('one of 3×2')
  })

  it('are clipped', () => {
    const [image] = fromBatch({ pixels: Float32Array.of(-3, 7, 0), shape: [1, 3, 1, 1] })
    expect([...(image?.data ?? [])]).toEqual([0, 255, 128])
  })

  it('are cut to the middle square', async () => {
    // Black, white, black from left to right: the middle third is white.
    const data = new Uint8Array(30 * 10 * 3)
    for (let y = 0; y < 10; y++) data.fill(255, (y * 30 + 10) * 3, (y * 30 + 20) * 3)
    const square = await fitSquare({ width: 30, height: 10, data }, 5)
    expect(square).toMatchObject({ width: 5, height: 5 })
    expect(square.data.every(value => value > 200)).toBe(true)
    expect(await fitSquare(square, 5)).toBe(square)
  })
})
