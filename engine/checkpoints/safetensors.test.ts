import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32ToBfloat16, float32ToFloat16 } from './half.ts'
import { openSafetensors, writeSafetensors } from './safetensors.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A file with the given header text and number of data bytes. */
async function fileWith(header: string, dataBytes: number, headerLength = Buffer.byteLength(header)): Promise<string> {
  const path = join(folder, `${Math.random()}.safetensors`)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(headerLength))
  await writeFile(path, Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(dataBytes)]))
  return path
}
const entry = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })

describe('writing and reading', () => {
  it('gives back every type, the metadata and the shapes', async () => {
    const path = join(folder, 'all.safetensors')
    const numbers = Float32Array.of(1, -2, 0.5, 4)
    const tensors = {
      whole: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
      yes: { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
      f32: { dtype: 'F32', shape: [2, 2], data: numbers },
      f16: { dtype: 'F16', shape: [4], data: float32ToFloat16(numbers) },
      bf16: { dtype: 'BF16', shape: [4], data: float32ToBfloat16(numbers) },
      i64: { dtype: 'I64', shape: [1, 2], data: BigInt64Array.of(-1n, 2n ** 40n) },
      i32: { dtype: 'I32', shape: [], data: Int32Array.of(7) },
      empty: { dtype: 'F32', shape: [0, 4], data: new Float32Array() },
    } as const
    await writeSafetensors(path, tensors, { name: 'Mắm' })
    const file = await openSafetensors(path)
    expect(file.metadata).toEqual({ name: 'Mắm' })
    expect(file.headerBytes % 8).toBe(0)
    for (const [name, tensor] of Object.entries(tensors)) {
      expect(file.tensors.get(name)).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape })
      expect((file.tensors.get(name)?.byteOffset ?? 0) % tensor.data.BYTES_PER_ELEMENT).toBe(0)
      expect(await file.read(name)).toEqual(tensor.data)
    }
    for (const name of ['f32', 'f16', 'bf16']) expect(await file.readFloat32(name)).toEqual(numbers)
  })

  it('replaces a file at once and leaves nothing beside it', async () => {
    const inside = await mkdtemp(join(folder, 'atomic-'))
    const path = join(inside, 'x.safetensors')
    for (const value of [1, 2])
      await writeSafetensors(path, { v: { dtype: 'I32', shape: [1], data: Int32Array.of(value) } })
    expect(await (await openSafetensors(path)).read('v')).toEqual(Int32Array.of(2))
    expect(await readdir(inside)).toEqual(['x.safetensors'])
  })

  it('keeps the old file when writing fails', async () => {
    const path = join(folder, 'kept.safetensors')
    await writeSafetensors(path, { v: { dtype: 'I32', shape: [1], data: Int32Array.of(1) } })
    const wrong = { v: { dtype: 'I32', shape: [2], data: Int32Array.of(2) } } as const
    await expect(writeSafetensors(path, wrong)).rejects.toThrow(
      'Expected 8 bytes for tensor "v" (I32 [2]) but received 4',
    )
    expect(await (await openSafetensors(path)).read('v')).toEqual(Int32Array.of(1))
  })

  it('says when the place cannot be written', async () => {
    await expect(writeSafetensors(join(folder, 'no', 'x.safetensors'), {})).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
    })
  })
})

describe('a file that is wrong', () => {
  const cases: [string, () => Promise<string>, RegExp][] = [
    ['is not there', async () => join(folder, 'empty'), /Expected a safetensors file at .* ENOENT/],
    ['has a header longer than itself', () => fileWith('{}', 0, 4000), /header that fits into the file .* 4000/],
    ['has no JSON', () => fileWith('{"a":', 0), /header in JSON/],
    ['has a list for a header', () => fileWith('[1]', 0), /header that is an object .*\[1\]/],
    [
      'has an unknown type',
      () => fileWith(JSON.stringify({ a: entry('F4', [1], [0, 1]) }), 1),
      /dtype of tensor "a" .* F4/,
    ],
    [
      'has a negative size',
      () => fileWith(JSON.stringify({ a: entry('U8', [-1], [0, 1]) }), 1),
      /shape of whole numbers/,
    ],
    ['has one offset', () => fileWith(JSON.stringify({ a: entry('U8', [1], [0]) }), 1), /data_offsets of tensor "a"/],
    [
      'has too few bytes for a shape',
      () => fileWith(JSON.stringify({ a: entry('F32', [2], [0, 4]) }), 4),
      /Expected 8 bytes .* 4/,
    ],
    ['ends early', () => fileWith(JSON.stringify({ a: entry('F32', [2], [0, 8]) }), 4), /cut short/],
    [
      'is longer than its header says',
      () => fileWith(JSON.stringify({ a: entry('U8', [2], [0, 2]) }), 3),
      /bytes as its header says/,
    ],
    [
      'has tensors that overlap',
      () => fileWith(JSON.stringify({ a: entry('U8', [2], [0, 2]), b: entry('U8', [2], [1, 3]) }), 3),
      /tensor "b" .* it overlaps another/,
    ],
    [
      'has a hole',
      () => fileWith(JSON.stringify({ a: entry('U8', [1], [0, 1]), b: entry('U8', [1], [2, 3]) }), 3),
      /tensor "b" .* there is a hole/,
    ],
    ['has metadata that is no text', () => fileWith('{"__metadata__":{"k":1}}', 0), /metadata of texts/],
  ]
  it.each(cases)('%s', async (_, make, message) => {
    const path = await make()
    const error = await openSafetensors(path).catch(error => error)
    expect(error.name).toBe('FamiliarError')
    expect(error.message).toMatch(message)
  })

  it('is shorter than a header length', async () => {
    const path = join(folder, 'short.safetensors')
    await writeFile(path, 'abc')
    await expect(openSafetensors(path)).rejects.toThrow(/at least the 8 bytes of the header length .* 3 bytes/)
  })

  it('is a folder', async () => {
    await expect(openSafetensors(folder)).rejects.toMatchObject({ name: 'FamiliarError' })
  })

  it('was cut after it was opened', async () => {
    const path = join(folder, 'cut.safetensors')
    await writeSafetensors(path, { v: { dtype: 'F32', shape: [100], data: new Float32Array(100) } })
    const file = await openSafetensors(path)
    await truncate(path, (await stat(path)).size - 4)
    await expect(file.read('v')).rejects.toThrow('the file has become shorter')
  })

  it('has no such tensor, or one that is no number', async () => {
    const path = join(folder, 'no.safetensors')
    await writeSafetensors(path, { v: { dtype: 'I32', shape: [1], data: Int32Array.of(1) } })
    const file = await openSafetensors(path)
    await expect(file.read('w')).rejects.toMatchObject({ code: 'TENSOR_NOT_FOUND' })
    await expect(file.readFloat32('v')).rejects.toThrow('floating-point numbers')
  })
})
