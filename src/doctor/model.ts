/** The model's files, and whether they are what they were. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { Check } from './check.ts'
import { megabytes } from './sizes.ts'

/** A damaged or missing file is a problem; files that SHA256SUMS names are compared with it. */
export async function checkModel(folder: string): Promise<Check[]> {
  const name = 'model'
  const restore = 'restore it with git checkout, train it with familiar pretrain, or set MODEL to another folder'
  try {
    await openCheckpoint(folder)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return [{ name, status: 'problem', found: error.message, advice: restore }]
  }
  const expected = await readChecksums(join(folder, 'SHA256SUMS'))
  const present = (await readdir(folder)).filter(file => /\.(safetensors|json)$/.test(file))
  const files = [...new Set(['config.json', 'tokenizer.json', ...present, ...expected.keys()])].sort()
  return Promise.all(
    files.map(async (file): Promise<Check> => {
      const path = join(folder, file)
      if (!existsSync(path))
        return { name, status: 'problem', found: `${file} is missing in ${folder}`, advice: restore }
      const [sum, { size }] = await Promise.all([sha256(path), stat(path)])
      const found = `${file}, ${megabytes(size)}, sha256 ${sum.slice(0, 12)}`
      const wanted = expected.get(file)
      if (wanted === undefined || wanted === sum) return { name, status: 'ok', found }
      return { name, status: 'problem', found: `${found}, but SHA256SUMS says ${wanted.slice(0, 12)}`, advice: restore }
    }),
  )
}

/** The file format of the command `sha256sum`: `<hex>  <name>` lines. */
async function readChecksums(path: string): Promise<Map<string, string>> {
  if (!existsSync(path)) return new Map()
  const lines = (await readFile(path, 'utf8')).matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)
  return new Map([...lines].map(([, sum, file]) => [file!, sum!]))
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
