import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '../checkpoints/half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../checkpoints/safetensors.ts'
import { Graph } from '../graph/graph.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { checkpointWeights } from './weights.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'weights-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** The golden model with its tensors stored otherwise. */
async function restored(
  name: string,
  store: (data: Float32Array) => Pick<TensorToWrite, 'dtype' | 'data'>,
): Promise<string> {
  const folder = join(scratch, name)
  await mkdir(folder)
  await copyFile(join(golden, 'config.json'), join(folder, 'config.json'))
  const file = await openSafetensors(join(golden, 'model.safetensors'))
  const tensors: Record<string, TensorToWrite> = {}
  for (const [key, { shape }] of file.tensors) tensors[key] = { shape, ...store(await file.readFloat32(key)) }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

async function logitsOf(folder: string): Promise<Float32Array> {
  const model = await Chameleon.open(folder, { device: 'cpu', threads: 1 })
  const { logits } = await model.language.read(model.language.cache(), [[5, 80, 100, 7]], undefined, 'all')
  await model.close()
  return logits
}

describe('checkpointWeights', () => {
  it.each([
    ['F16', float32ToFloat16, float16ToFloat32],
    ['BF16', float32ToBfloat16, bfloat16ToFloat32],
  ] as const)('computes with %s files as with their numbers in F32', async (dtype, narrow, widen) => {
    const half = await restored(dtype, data => ({ dtype, data: narrow(data) }))
    const full = await restored(`${dtype} in F32`, data => ({ dtype: 'F32', data: widen(narrow(data)) }))
    expect(await logitsOf(half)).toEqual(await logitsOf(full))
    expect(await logitsOf(half)).not.toEqual(await logitsOf(golden))
  })

  it('refuses a tensor of another shape or type', async () => {
    const weights = checkpointWeights(new Graph(), await openCheckpoint(golden))
    const message = /Expected F32, F16 or BF16 \[31\] for tensor "model.norm.weight" .* but received F32 \[32\]/
    expect(() => weights('model.norm.weight', [31])).toThrow(message)
    expect(() => weights('model.no.weight', [31])).toThrow('Expected a tensor named "model.no.weight"')
    const whole = await restored('I32', data => ({ dtype: 'I32', data: Int32Array.from(data) }))
    await expect(logitsOf(whole)).rejects.toThrow(/but received I32 \[/)
  })
})
