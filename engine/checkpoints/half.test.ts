import { describe, expect, it } from 'vitest'
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half.ts'

describe('fp16', () => {
  it('keeps every bit pattern that is a number through f32 and back', () => {
    const numbers = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(bits => (bits & 0x7c00) !== 0x7c00)
    expect(float32ToFloat16(float16ToFloat32(numbers))).toEqual(numbers)
  })

  it('has the values of the standard', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00, 0xfc00, 0x3555)
    const values = [1, -2, 65504, 2 ** -14, 2 ** -24, Infinity, -Infinity, 0.333251953125]
    expect([...float16ToFloat32(bits)]).toEqual(values)
    expect(float16ToFloat32(Uint16Array.of(0x7e01))[0]).toBeNaN()
  })

  it('rounds to nearest, ties to even, and overflows to infinity', () => {
    const values = [
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      1 + 2 ** -11 + 2 ** -20,
      65519,
      65520,
      2 ** -25,
      1.5 * 2 ** -24,
      Number.NaN,
    ]
    const expected = [0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0, 2, 0x7e00]
    expect([...float32ToFloat16(Float32Array.from(values))]).toEqual(expected)
  })
})

describe('bfloat16', () => {
  it('keeps what it can hold and rounds the rest, ties to even', () => {
    const values = Float32Array.of(1, -3.5, 2 ** 100, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20)
    const expected = [1, -3.5, 2 ** 100, 1, 1 + 2 ** -6, 1 + 2 ** -7]
    expect([...bfloat16ToFloat32(float32ToBfloat16(values))]).toEqual(expected)
    expect(bfloat16ToFloat32(float32ToBfloat16(Float32Array.of(Number.NaN)))[0]).toBeNaN()
  })
})
