import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../checkpoints/safetensors.ts'
import { probe } from './probe.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url))

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'probe-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** Largest difference, as a share of the largest expected magnitude. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number)))) / scale
}

describe('probe, against PyTorch', () => {
  it.each(['a', 'b', 'c', 'd'])('agrees on chameleon-%s', async variant => {
    const folder = golden(`chameleon-${variant}`)
    const output = join(scratch, `${variant}.safetensors`)
    await probe({ folder, input: join(folder, 'input.safetensors'), output, device: 'cpu' })
    const [actual, expected] = [
      await openSafetensors(output),
      await openSafetensors(join(folder, 'expected.safetensors')),
    ]
    const input = await openSafetensors(join(folder, 'input.safetensors'))
    const draws = input.tensors.has('codes')
    const names = ['logits', 'loss', 'grad_rows', 'image_codes', ...(draws ? ['pixels'] : [])]
    expect([...actual.tensors.keys()].sort()).toEqual(names.sort())
    for (const name of names) expect(actual.tensors.get(name)?.shape, name).toEqual(expected.tensors.get(name)?.shape)
    const error = async (name: string) =>
      relativeError(await actual.readFloat32(name), await expected.readFloat32(name))
    expect(await error('logits')).toBeLessThan(1e-5)
    expect(await error('loss')).toBeLessThan(1e-5)
    expect(await error('grad_rows')).toBeLessThan(1e-4)
    expect(await actual.read('image_codes')).toEqual(await expected.read('image_codes'))
    if (!draws) return
    const [pixels, wanted] = [await actual.readFloat32('pixels'), await expected.readFloat32('pixels')]
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - (pixels[i] as number))))).toBeLessThan(1 / 255)
  })
})

describe('probe, given something else', () => {
  const ids = (values: number[]): TensorToWrite => ({
    dtype: 'I64',
    shape: [1, values.length],
    data: BigInt64Array.from(values, BigInt),
  })
  const f32 = (shape: number[]): TensorToWrite => {
    return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }
  }
  const cases: [string, string, Record<string, TensorToWrite>, RegExp][] = [
    ['nothing', 'a', {}, /Expected at least one of ids, image and codes/],
    ['ids of another type', 'a', { ids: f32([1, 4]) }, /Expected "ids" as I64 \[1,T\] .* F32 \[1,4\]/],
    ['an id that is no word', 'a', { ids: ids([0, 192]) }, /Expected ids from 0 to 191 .* 192/],
    ['rows of another width', 'a', { ids: ids([1, 2]), rows: f32([1, 31]) }, /"rows" as F32 \[n,32\] .* \[1,31\]/],
    ['rows without places', 'a', { ids: ids([1, 2]), rows: f32([1, 32]) }, /"row_positions" .* no such tensor/],
    ['labels of another length', 'a', { ids: ids([1, 2]), labels: ids([1]) }, /"labels" as I64 \[1,2\] .* \[1,1\]/],
    ['no label', 'a', { ids: ids([1, 2]), labels: ids([1, -100]) }, /at least one label/],
    ['a label that is no word', 'a', { ids: ids([1, 2]), labels: ids([1, 500]) }, /word id from 0 to 191 .* 500/],
    ['an image of odd size', 'a', { image: f32([1, 3, 15, 16]) }, /divisible by 2 but received \[1,3,15,16\]/],
    ['too few codes', 'a', { codes: ids([1, 2]) }, /Expected 64 codes .* 2/],
    ['a code that is none', 'a', { codes: ids(Array(64).fill(64)) }, /Expected codes from 0 to 63 .* 64/],
    ['codes for a model that cannot draw', 'd', { codes: ids(Array(64).fill(0)) }, /Expected a picture decoder/],
  ]
  it.each(cases)('%s', async (_, variant, tensors, message) => {
    const [input, output] = [join(scratch, 'in.safetensors'), join(scratch, 'out.safetensors')]
    await writeSafetensors(input, tensors)
    const error = await probe({ folder: golden(`chameleon-${variant}`), input, output, device: 'cpu' }).catch(
      error => error,
    )
    expect(error.name).toBe('FamiliarError')
    expect(error.message).toMatch(message)
    await expect(openSafetensors(output)).rejects.toThrow()
  })
})
