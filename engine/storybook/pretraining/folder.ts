/** The built-in model's folder: what training writes, and starts from when its own checkpoint is gone. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { float16ToFloat32, float32ToFloat16 } from '../../checkpoints/half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../checkpoints/safetensors.ts'
import { Chameleon } from '../../models/chameleon/chameleon.ts'
import { buildTokenizerJson } from '../language/vocabulary.ts'
import { writeDrawnWorld } from '../reconstruction.ts'
import { configJson, TIME, VQ } from './architecture.ts'
import { FORESIGHT } from './foresight.ts'
import { INSIGHT } from './insight.ts'
import { createParameters, type Parameters } from './parameters.ts'
import { PROBE } from './probe.ts'

const VQ_PREFIX = 'model.vqmodel.'
const WEIGHTS = 'model.safetensors'
/** How answers are sampled: what was tried stands in docs/storybook.md. */
const GENERATION = {
  temperature: 0.7,
  top_p: 0.95,
  guidance_scale: 2,
  max_new_tokens: 64,
  max_length: TIME.pictured,
  familiar: { drawing_candidates: 4 },
}

/** Writes config, tokeniser and weights (fp16) with Hugging Face's file names. */
export async function writeModelFolder(folder: string, tokenizer: Parameters, decoder: Parameters): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tensors: Record<string, TensorToWrite> = {}
  const put = (prefix: string, { values, shapes }: Parameters) => {
    for (const [key, data] of values) {
      if ([PROBE, FORESIGHT, INSIGHT].some(probe => key.startsWith(probe))) continue
      tensors[prefix + key] = { dtype: 'F16', shape: shapes.get(key) ?? [], data: float32ToFloat16(data) }
    }
  }
  put(VQ_PREFIX, tokenizer)
  put('', decoder)
  const json = (name: string, content: object) => writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`)
  await json('config.json', configJson())
  await json('tokenizer.json', buildTokenizerJson(VQ.codes))
  await json('generation_config.json', GENERATION)
  await json('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: true,
  })
  await writeSafetensors(join(folder, WEIGHTS), tensors, { format: 'pt' })
}

/** Completes a folder whose weights are final for now: where drawings end and photos begin, and the files' checksums. */
export async function completeModelFolder(folder: string): Promise<void> {
  const model = await Chameleon.open(folder)
  await writeDrawnWorld(folder, model.pictures)
  await model.close()
  const names = [
    'config.json',
    'generation_config.json',
    WEIGHTS,
    'storybook.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]
  const lines = await Promise.all(
    names.map(
      async name =>
        `${createHash('sha256')
          .update(await readFile(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    ),
  )
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''))
}

/** The folder's weights as parameters to train on. */
export async function readModelFolder(folder: string): Promise<{ tokenizer: Parameters; decoder: Parameters }> {
  const file = await openSafetensors(join(folder, WEIGHTS))
  const parts = { tokenizer: createParameters(), decoder: createParameters() }
  for (const [name, { shape }] of file.tensors) {
    const inTokenizer = name.startsWith(VQ_PREFIX)
    const part = inTokenizer ? parts.tokenizer : parts.decoder
    const key = inTokenizer ? name.slice(VQ_PREFIX.length) : name
    part.values.set(key, await file.readFloat32(name))
    part.shapes.set(key, shape)
  }
  return parts
}

/** What a weight is after its way through fp16: training the decoder sees the tokeniser as it will be shipped. */
export function roundToHalf({ values, shapes }: Parameters): Parameters {
  const rounded = new Map([...values].map(([key, data]) => [key, float16ToFloat32(float32ToFloat16(data))]))
  return { values: rounded, shapes }
}
