/** Small models for a fake hub, in the form in which real ones are published. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSafetensors } from '../../../engine/checkpoints/safetensors.ts'
import { createRandom } from '../../../engine/random.ts'

export interface ModelFilesOptions {
  readonly modelType?: string
  /** Files that hold the weights; more than one come with an index. */
  readonly shards?: number
  /** f32 numbers of each. */
  readonly numbers?: number
  readonly seed?: number
}

export type ModelFiles = Record<string, Uint8Array>

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

/** The files of a repository: weights of random numbers, configurations, and what nobody here needs. */
export async function modelFiles(options: ModelFilesOptions = {}): Promise<ModelFiles> {
  const { modelType = 'chameleon', shards = 1, numbers = 100_000, seed = 1 } = options
  const files: ModelFiles = {
    '.gitattributes': Buffer.from('*.safetensors filter=lfs\n'),
    'README.md': Buffer.from('---\nlicense: mit\n---\n'),
    'config.json': json({ model_type: modelType, seed }),
    'generation_config.json': json({ guidance_scale: 3 }),
    'preprocessor_config.json': json({ image_mean: [0.5, 0.5, 0.5] }),
    'pytorch_model.bin': Buffer.alloc(20_000, 'pickle'),
    'original/consolidated.safetensors': Buffer.alloc(20_000, 'other'),
    'tokenizer.json': json({ model: { vocab: Object.fromEntries([...'abcdefgh'].map((word, id) => [word, id])) } }),
    'tokenizer_config.json': json({ seed }),
  }
  const random = createRandom(seed)
  const weightMap: Record<string, string> = {}
  for (let shard = 1; shard <= shards; shard++) {
    const of = String(shards).padStart(5, '0')
    const file = shards === 1 ? 'model.safetensors' : `model-${String(shard).padStart(5, '0')}-of-${of}.safetensors`
    const key = `layers.${shard}.weight`
    weightMap[key] = file
    files[file] = await safetensors(
      key,
      Float32Array.from({ length: numbers }, () => random.uniform()),
    )
  }
  if (shards > 1) files['model.safetensors.index.json'] = json({ metadata: {}, weight_map: weightMap })
  return files
}

/** Names of the files that a download should bring. */
export function wantedNames(files: ModelFiles): string[] {
  const unwanted = ['.gitattributes', 'README.md', 'pytorch_model.bin', 'original/consolidated.safetensors']
  return Object.keys(files)
    .filter(name => !unwanted.includes(name))
    .sort()
}

async function safetensors(key: string, data: Float32Array): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'model-files-'))
  try {
    await writeSafetensors(join(folder, 'x'), { [key]: { dtype: 'F32', shape: [data.length], data } })
    return await readFile(join(folder, 'x'))
  } finally {
    await rm(folder, { recursive: true })
  }
}
