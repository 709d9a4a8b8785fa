import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint.ts'
import { writeSafetensors } from './safetensors.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterAll(() => rm(folder, { recursive: true }))

const value = (number: number) => ({ dtype: 'F32', shape: [1], data: Float32Array.of(number) }) as const

async function sharded(weightMap: unknown): Promise<string> {
  const path = await mkdtemp(join(folder, 'sharded-'))
  await writeSafetensors(join(path, 'model-1.safetensors'), { a: value(1), b: value(2) })
  await writeSafetensors(join(path, 'model-2.safetensors'), { c: value(3) })
  await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }))
  return path
}

describe('openCheckpoint', () => {
  it('finds tensors in one file', async () => {
    const path = await mkdtemp(join(folder, 'single-'))
    await writeSafetensors(join(path, 'model.safetensors'), { a: value(1), b: value(2) })
    const checkpoint = await openCheckpoint(path)
    expect([...checkpoint.keys()].sort()).toEqual(['a', 'b'])
    expect(checkpoint.tensor('b')).toMatchObject({ location: 'model.safetensors', shape: [1], byteLength: 4 })
    expect(checkpoint.root).toBe(path)
    expect(await checkpoint.readFloat32('b')).toEqual(Float32Array.of(2))
    expect(() => checkpoint.tensor('z')).toThrow('Expected a tensor named "z"')
  })

  it('finds tensors across files', async () => {
    const path = await sharded({ a: 'model-1.safetensors', b: 'model-1.safetensors', c: 'model-2.safetensors' })
    const checkpoint = await openCheckpoint(path)
    expect(checkpoint.tensor('c').location).toBe('model-2.safetensors')
    expect(await checkpoint.readFloat32('c')).toEqual(Float32Array.of(3))
  })

  it('has one fingerprint however it is stored, and another with other numbers', async () => {
    const single = async (last: number) => {
      const path = await mkdtemp(join(folder, 'fingerprint-'))
      await writeSafetensors(join(path, 'model.safetensors'), { a: value(1), b: value(2), c: value(last) })
      return (await openCheckpoint(path)).fingerprint()
    }
    const path = await sharded({ a: 'model-1.safetensors', b: 'model-1.safetensors', c: 'model-2.safetensors' })
    const fingerprint = await (await openCheckpoint(path)).fingerprint()
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(await single(3)).toBe(fingerprint)
    expect(await single(4)).not.toBe(fingerprint)
  })

  it('follows the links of the Hugging Face cache', async () => {
    const cache = await mkdtemp(join(folder, 'models--org--name-'))
    await mkdir(join(cache, 'blobs'))
    await mkdir(join(cache, 'snapshots', 'main'), { recursive: true })
    await writeSafetensors(join(cache, 'blobs', 'abc'), { a: value(5) })
    await symlink(join('..', '..', 'blobs', 'abc'), join(cache, 'snapshots', 'main', 'model.safetensors'))
    const checkpoint = await openCheckpoint(join(cache, 'snapshots', 'main'))
    expect(checkpoint.root).toBe(cache)
    expect(checkpoint.tensor('a').location).toBe('snapshots/main/model.safetensors')
  })

  it('says what is missing or wrong', async () => {
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    const wrong: [unknown, RegExp][] = [
      [{ a: '../model-1.safetensors' }, /names of safetensors files .* "\.\.\/model-1/],
      [{}, /weight_map .* none/],
      [{ c: 'model-1.safetensors' }, /Expected tensor "c" in .*model-1/],
      [{ a: 'model-3.safetensors' }, /Expected a safetensors file at .*model-3/],
    ]
    for (const [weightMap, message] of wrong)
      await expect(openCheckpoint(await sharded(weightMap))).rejects.toThrow(message)
    const path = await sharded({})
    await writeFile(join(path, 'model.safetensors.index.json'), '{')
    await expect(openCheckpoint(path)).rejects.toThrow('Expected JSON in')
  })
})
