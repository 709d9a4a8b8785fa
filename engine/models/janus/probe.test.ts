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

async function probed(folder: string, input: string, expected: string) {
  const output = join(scratch, 'out.safetensors')
  await probe({ folder, input: join(folder, input), output, device: 'cpu' })
  const [actual, wanted] = [await openSafetensors(output), await openSafetensors(join(folder, expected))]
  const error = async (name: string) => relativeError(await actual.readFloat32(name), await wanted.readFloat32(name))
  for (const name of actual.tensors.keys())
    expect(actual.tensors.get(name)?.shape, name).toEqual(wanted.tensors.get(name)?.shape)
  return { actual, wanted, error }
}

describe.each(['a', 'b', 'c'])('probe of janus-%s, against PyTorch', variant => {
  const folder = golden(`janus-${variant}`)

  it('agrees in language mode', async () => {
    const { actual, wanted, error } = await probed(folder, 'input.safetensors', 'expected.safetensors')
    const names = ['grad_rows', 'image_codes', 'logits', 'loss', 'pixels', 'vision']
    expect([...actual.tensors.keys()].sort()).toEqual(names)
    expect(await error('vision')).toBeLessThan(1e-5)
    expect(await error('logits')).toBeLessThan(1e-5)
    expect(await error('loss')).toBeLessThan(1e-5)
    expect(await error('grad_rows')).toBeLessThan(1e-4)
    expect(await actual.read('image_codes')).toEqual(await wanted.read('image_codes'))
    const [pixels, expected] = [await actual.readFloat32('pixels'), await wanted.readFloat32('pixels')]
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (pixels[i] as number))))).toBeLessThan(1 / 255)
  })

  it('agrees in drawing mode', async () => {
    const { actual, error } = await probed(folder, 'drawing.safetensors', 'drawing_expected.safetensors')
    expect([...actual.tensors.keys()].sort()).toEqual(['grad_rows', 'logits', 'loss'])
    expect(await error('logits')).toBeLessThan(1e-5)
    expect(await error('loss')).toBeLessThan(1e-5)
    expect(await error('grad_rows')).toBeLessThan(1e-4)
  })
})

describe('probe, given something else', () => {
  const i64 = (...values: number[]): TensorToWrite => ({
    dtype: 'I64',
    shape: [1, values.length],
    data: BigInt64Array.from(values, BigInt),
  })
  const f32 = (...shape: number[]): TensorToWrite => {
    return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }
  }
  const cases: [string, Record<string, TensorToWrite>, RegExp, string?][] = [
    ['nothing', {}, /Expected at least one of ids, pixel_values, image and codes/],
    ['codes alone, in drawing mode', { codes: i64(1) }, /Expected at least one of ids/, 'drawing'],
    ['another mode', { ids: i64(1) }, /Expected language or drawing as mode .* "singing"/, 'singing'],
    ['an id that is no word', { ids: i64(0, 256) }, /Expected ids from 0 to 255 .* 256/],
    ['a label that is a code', { ids: i64(1, 2), labels: i64(-100, 256) }, /Expected labels from 0 to 255 .* 256/],
    ['a label that is no code', { ids: i64(1, 2), labels: i64(0, 96) }, /labels from 0 to 95 .* 96/, 'drawing'],
    ['no label', { ids: i64(1, 2), labels: i64(1, -100) }, /at least one label/],
    ['more codes than ids', { ids: i64(1), codes: i64(1, 2) }, /at most 1 codes, one for an id .* 2$/, 'drawing'],
    ['a code that is none', { ids: i64(1, 2), codes: i64(96) }, /codes from 0 to 95 .* 96/, 'drawing'],
    ['a picture of another size', { pixel_values: f32(1, 3, 8, 16) }, /pictures \[B, 3, 8, 8\] .* \[1,3,8,16\]/],
    ['too few codes', { codes: i64(1, 2) }, /Expected 16 codes .* 2/],
  ]
  it.each(cases)('%s', async (_, tensors, message, mode) => {
    const [input, output] = [join(scratch, 'in.safetensors'), join(scratch, 'none.safetensors')]
    await writeSafetensors(input, tensors, mode ? { mode } : {})
    const error = await probe({ folder: golden('janus-a'), input, output, device: 'cpu' }).catch(error => error)
    expect(error.name).toBe('FamiliarError')
    expect(error.message).toMatch(message)
    await expect(openSafetensors(output)).rejects.toThrow()
  })
})
