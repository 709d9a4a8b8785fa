/** Checksums of a folder's files, in the format of the command `sha256sum`: `<hex>  <name>` lines in SHA256SUMS. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { readIfThere } from './hub/files.ts'

const listName = 'SHA256SUMS'

/** 64 hexadecimal digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash)
  return hash.digest('hex')
}

/** Checksums by file name; none where there is no list. */
export async function readChecksums(folder: string): Promise<Map<string, string>> {
  const text = (await readIfThere(join(folder, listName))) ?? ''
  return new Map([...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map(([, sum, file]) => [file!, sum!]))
}

/** Lists the checksums of all files that are in the folder. */
export async function writeChecksums(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(name => name !== listName).sort()
  const lines: string[] = []
  for (const name of names) lines.push(`${await sha256Of(join(folder, name))}  ${name}\n`)
  await writeFile(join(folder, listName), lines.join(''))
}
