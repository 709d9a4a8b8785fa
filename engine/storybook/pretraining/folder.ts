/** The built-in model's folder: what training writes, and starts from when its own checkpoint is gone. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { float16ToFloat32, float32ToFloat16 } from '../../checkpoints/half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../checkpoints/safetensors.ts'
import { buildTokenizerJson } from '../language/vocabulary.ts'
import { configJson, VQ } from './architecture.ts'
import { createParameters, type Parameters } from './parameters.ts'

const VQ_PREFIX = 'model.vqmodel.'
const WEIGHTS = 'model.safetensors'

/** Writes config, tokeniser and weights (fp16) with Hugging Face's file names. */
export async function writeModelFolder(folder: string, tokenizer: Parameters, decoder: Parameters): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tensors: Record<string, TensorToWrite> = {}
  const put = (prefix: string, { values, shapes }: Parameters) => {
    for (const [key, data] of values) {
      tensors[prefix + key] = { dtype: 'F16', shape: shapes.get(key) ?? [], data: float32ToFloat16(data) }
    }
  }
  put(VQ_PREFIX, tokenizer)
  put('', decoder)
  const json = (name: string, content: object) => writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`)
  await json('config.json', configJson())
  await json('tokenizer.json', buildTokenizerJson(VQ.codes))
  await json('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: true,
  })
  await writeSafetensors(join(folder, WEIGHTS), tensors, { format: 'pt' })
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
