/** Small files of a cache that several programs read and write at once. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ifMissing(undefined))
}

/** A file's size, links followed; nothing when it is not there. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({ size }) => size, ifMissing(undefined))
}

/** Who reads sees the old text or the whole new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

export function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return error => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value
    throw error
  }
}
