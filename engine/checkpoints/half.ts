/**
 * Half-precision numbers, which JavaScript (before Float16Array) does not have: IEEE 754 binary16 (fp16)
 * and bfloat16, held as their bits in a Uint16Array. Both directions round to nearest, ties to even.
 */

let table: Float32Array | undefined

/** The value of every fp16 bit pattern: one look-up is faster than taking a number apart. */
function fp16Values(): Float32Array {
  if (table) return table
  const values = new Float32Array(65536)
  for (let bits = 0; bits < 0x8000; bits++) {
    const exponent = bits >>> 10
    const mantissa = bits & 0x3ff
    let value: number
    if (exponent === 0) value = mantissa * 2 ** -24
    else if (exponent === 31) value = mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN
    else value = (1 + mantissa / 1024) * 2 ** (exponent - 15)
    values[bits] = value
    values[bits | 0x8000] = -value
  }
  table = values
  return values
}

/** fp16 bits → f32 values. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const values = fp16Values()
  const result = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) result[i] = values[bits[i] as number] as number
  return result
}

/** f32 values → fp16 bits. Magnitudes of 65520 and above become infinite; below 2^-25 they become zero. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const result = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] as number
    const sign = (word >>> 16) & 0x8000
    const magnitude = word & 0x7fffffff
    let half: number
    if (magnitude >= 0x477ff000) {
      half = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00
    } else if (magnitude >= 0x38800000) {
      // Normal: rebias the exponent from 127 to 15, and add just under half a unit so that ties go to even.
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13
    } else if (magnitude > 0x33000000) {
      const mantissa = (magnitude & 0x7fffff) | 0x800000
      const shift = 126 - (magnitude >>> 23)
      const dropped = mantissa & ((1 << shift) - 1)
      const tie = 1 << (shift - 1)
      half = mantissa >>> shift
      if (dropped > tie || (dropped === tie && (half & 1) === 1)) half++
    } else {
      half = 0
    }
    result[i] = sign | half
  }
  return result
}

/** bfloat16 bits → f32 values: bfloat16 is the upper half of an f32. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16
  return new Float32Array(words.buffer)
}

/** f32 values → bfloat16 bits. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const result = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] as number
    const notANumber = (word & 0x7fffffff) > 0x7f800000
    result[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return result
}
