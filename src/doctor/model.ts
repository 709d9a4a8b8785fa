/** The model's files, and whether they are what they were. */
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { readChecksums, sha256Of } from '../../engine/checkpoints/checksums.ts'
import { readableBytes } from '../../engine/checkpoints/hub/bytes.ts'
import type { HubSettings } from '../../engine/checkpoints/hub/settings.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { findModel, requireModel } from '../../engine/models/obtain.ts'
import type { HubSource, ModelSource } from '../../engine/models/resolve.ts'
import { type Check, judge } from './check.ts'
import { megabytes } from './sizes.ts'

const name = 'model'
const { ok, note, problem } = judge(name)

/**
 * A damaged or missing file is a problem. Of a model that was downloaded, sizes are compared with the hub's list; of a folder,
 * what SHA256SUMS names with its checksum.
 */
export async function checkModel(source: ModelSource, settings: HubSettings): Promise<Check[]> {
  return source.hub ? [await checkDownload(source, settings)] : checkFolder(source.folder)
}

async function checkDownload(source: HubSource, settings: HubSettings): Promise<Check> {
  const folder = await findModel(source, settings)
  if (folder) {
    const files = await readdir(folder)
    const bytes = await Promise.all(files.map(async file => (await stat(join(folder, file))).size))
    const size = readableBytes(bytes.reduce((sum, size) => sum + size, 0))
    return ok(`${source.name} is downloaded: ${files.length} files, ${size}, in ${folder}`)
  }
  const missing = await requireModel(source, settings).catch((error: FamiliarError) => error.message)
  if (settings.offline) return problem(missing, 'take HF_HUB_OFFLINE away, or set MODEL to a model that is there')
  const { licence, downloadBytes } = source.registered ?? {}
  const size = downloadBytes ? ` ${readableBytes(downloadBytes)}` : ''
  const terms = licence ? ` under the licence "${licence.name}" (${licence.url})` : ''
  return note(missing, `familiar start downloads${size}${terms}, once that is accepted`)
}

async function checkFolder(folder: string): Promise<Check[]> {
  const restore = 'restore it with git checkout, train it with familiar pretrain, or set MODEL to another folder'
  try {
    await openCheckpoint(folder)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return [problem(error.message, restore)]
  }
  const expected = await readChecksums(folder)
  const present = (await readdir(folder)).filter(file => /\.(safetensors|json)$/.test(file))
  const files = [...new Set(['config.json', 'tokenizer.json', ...present, ...expected.keys()])].sort()
  return Promise.all(
    files.map(async (file): Promise<Check> => {
      const path = join(folder, file)
      if (!existsSync(path)) return problem(`${file} is missing in ${folder}`, restore)
      const [sum, { size }] = await Promise.all([sha256Of(path), stat(path)])
      const found = `${file}, ${megabytes(size)}, sha256 ${sum.slice(0, 12)}`
      const wanted = expected.get(file)
      if (wanted === undefined || wanted === sum) return ok(found)
      return problem(`${found}, but SHA256SUMS says ${wanted.slice(0, 12)}`, restore)
    }),
  )
}
