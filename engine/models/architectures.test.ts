import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../checkpoints/safetensors.ts'
import { architectureOf, openModel } from './architectures.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { Janus } from './janus/janus.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'architectures-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function withConfig(config: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'config-'))
  await writeFile(join(folder, 'config.json'), config)
  return folder
}

/** The golden model without a tensor, or with one of another shape. */
async function broken(name: string, key: string, change: 'missing' | 'transposed'): Promise<string> {
  const folder = join(scratch, `${name} ${key} ${change}`)
  await mkdir(folder)
  await copyFile(join(golden(name), 'config.json'), join(folder, 'config.json'))
  const file = await openSafetensors(join(golden(name), 'model.safetensors'))
  const tensors: Record<string, TensorToWrite> = {}
  expect([...file.tensors.keys()]).toContain(key)
  for (const [each, { dtype, shape }] of file.tensors) {
    if (each === key && change === 'missing') continue
    tensors[each] = { dtype, shape: each === key ? [...shape, 1] : shape, data: await file.read(each) } as TensorToWrite
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

describe('openModel', () => {
  it.each([
    ['chameleon-a', Chameleon],
    ['janus-a', Janus],
  ])('opens %s by its architecture', async (name, of) => {
    const model = await openModel(golden(name), { device: 'cpu' })
    expect(model).toBeInstanceOf(of)
    await model.close()
  })

  it.each([
    [
      '{"model_type": "llava"}',
      'UNSUPPORTED_ARCHITECTURE',
      /model_type chameleon, anole, janus\) but received "llava"/,
    ],
    ['{"model_type": "multi_modality"}', 'UNSUPPORTED_ARCHITECTURE', /janus-pro-1b and janus-pro-7b/],
    ['{}', 'UNSUPPORTED_ARCHITECTURE', /but received none/],
    ['{"model_type": "constructor"}', 'UNSUPPORTED_ARCHITECTURE', /but received "constructor"/],
    ['{', 'BAD_CONFIG', /Expected JSON in .*config\.json/],
  ])('refuses a folder with %s in its config.json', async (config, code, message) => {
    const error = await architectureOf(await withConfig(config)).catch(error => error)
    expect(error).toMatchObject({ name: 'FamiliarError', code })
    expect(error.message).toMatch(message)
  })

  it('refuses a folder without a config.json', async () => {
    await expect(openModel(join(scratch, 'nowhere'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it.each([
    ['janus-a', 'model.language_model.layers.1.mlp.up_proj.weight'],
    ['janus-a', 'model.vision_model.encoder.layers.1.self_attn.k_proj.bias'],
    ['janus-a', 'model.aligner.fc1.weight'],
    ['janus-a', 'model.generation_embeddings.weight'],
    ['janus-a', 'model.generation_aligner.hidden_layers.0.bias'],
    ['janus-a', 'model.generation_head.vision_head.weight'],
    ['janus-a', 'model.vqmodel.quant_conv.weight'],
    ['janus-a', 'model.vqmodel.decoder.conv_out.bias'],
    ['janus-b', 'lm_head.weight'],
    ['chameleon-a', 'model.norm.weight'],
    ['chameleon-a', 'model.vqmodel.encoder.conv_in.weight'],
  ])('names what %s lacks before anything is computed: %s', async (name, key) => {
    const missing = await broken(name, key, 'missing')
    await expect(openModel(missing)).rejects.toMatchObject({
      code: 'TENSOR_NOT_FOUND',
      message: `Expected a tensor named "${key}" in ${missing} but there is none`,
    })
    const other = await broken(name, key, 'transposed')
    const error = await openModel(other).catch(error => error)
    expect(error).toMatchObject({ name: 'FamiliarError', code: 'BAD_CHECKPOINT' })
    expect(error.message).toMatch(
      /^Expected F32, F16 or BF16 \[\d.*\] for tensor ".*" of .* but received F.* \[.*,1\]$/,
    )
    expect(error.message).toContain(`"${key}"`)
  })
})
