/**
 * Files that are there whole or not at all: written under a temporary name, synced and renamed. A path is relative to the
 * area's folder, with `/` between its parts, and never leaves it. What lies in a file is its writer's matter.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FamiliarError } from '../../engine/errors.ts'

/** Ends a name that is on its way to its file's; one that is left over belongs to nobody. */
const unfinished = '.tmp'

export class Files {
  /** Absolute path. */
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  path(relative: string): string {
    const parts = relative.split('/')
    const strange = parts.find(part => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part))
    if (strange !== undefined)
      throw new TypeError(`Expected a path inside of ${this.folder} but received ${JSON.stringify(relative)}`)
    return join(this.folder, ...parts)
  }

  /** @throws FamiliarError `CANNOT_WRITE`; what was there before is then untouched */
  async write(relative: string, bytes: Uint8Array): Promise<void> {
    const path = this.path(relative)
    const temporary = `${path}.${randomBytes(4).toString('hex')}${unfinished}`
    try {
      await makeFolder(dirname(path))
      const handle = await open(temporary, 'wx', 0o600)
      try {
        await handle.writeFile(bytes)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, path)
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {})
      throw cannotWrite(`the file ${basename(path)}`, cause)
    }
    await syncFolder(dirname(path))
  }

  /** The file's bytes, or nothing when it is not there. */
  async read(relative: string): Promise<Buffer | undefined> {
    return readFile(this.path(relative)).catch(ifMissing(undefined))
  }

  /** Names in a folder, sorted; none when it is not there. */
  async list(relative: string): Promise<string[]> {
    const names: string[] = await readdir(this.path(relative)).catch(ifMissing([]))
    return names.sort()
  }

  /** @throws FamiliarError `CANNOT_WRITE` */
  async makeFolder(relative: string): Promise<void> {
    const path = this.path(relative)
    await makeFolder(path).catch(cause => {
      throw cannotWrite(`the folder ${basename(path)}`, cause)
    })
  }

  /** Removes a file or a whole folder; one that is gone already is no error. */
  async remove(relative: string): Promise<void> {
    await rm(this.path(relative), { recursive: true, force: true, maxRetries: 3 })
  }

  /** Renames a file or a folder; false when it is not there. @throws FamiliarError `CANNOT_WRITE` */
  async move(from: string, to: string): Promise<boolean> {
    const target = this.path(to)
    try {
      await makeFolder(dirname(target))
      await rename(this.path(from), target)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return false
      throw cannotWrite(`the file ${basename(target)}`, cause)
    }
    await syncFolder(dirname(target))
    return true
  }
}

/**
 * A name for a file, folder or key that stands for any text: nothing in it is special to a file system or a database,
 * and no two texts share one, not even where upper and lower case are the same.
 */
export function safeName(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
  // What can be read of the text is there for people who look into the folder.
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
    .replace(/^-+|-+$/g, '')
  return readable ? `${readable}-${digest}` : digest
}

/** What was to be written, and why it was not, in a sentence for people. */
export function cannotWrite(what: string, cause: unknown): FamiliarError {
  if (cause instanceof FamiliarError && cause.code === 'CANNOT_WRITE') return cause
  return new FamiliarError('CANNOT_WRITE', `Expected to write ${what} but ${reason(cause)}`, { cause })
}

/** Numbers are LMDB's: the system's own, of Linux, macOS and Windows. */
const full = ['ENOSPC', 'EDQUOT', 'EFBIG', 28, 27, 112, 122]
/** What LMDB makes of a write that ended before its last byte, as when the disk becomes full in the middle of it. */
const fullOrWorse = ['EIO', 5]
const forbidden = ['EACCES', 'EPERM', 'EROFS']

function reason(cause: unknown): string {
  const code = codeOf(cause)
  if (code !== undefined && full.includes(code)) return 'the disk is full'
  if (code !== undefined && fullOrWorse.includes(code)) return 'the disk is full or damaged'
  if (code !== undefined && forbidden.includes(String(code))) return 'this account may not write there'
  return `received: ${cause instanceof Error ? cause.message : String(cause)}`
}

function codeOf(cause: unknown): string | number | undefined {
  return cause instanceof Error ? (cause as { code?: string | number }).code : undefined
}

function ifMissing<T>(value: T): (error: unknown) => T {
  return error => {
    if (codeOf(error) === 'ENOENT') return value
    throw error
  }
}

/** Makes a folder that only this account can look into, and makes its name survive a power cut. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const outermost = dirname(first)
  for (let folder = dirname(path); folder.length >= outermost.length; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === dirname(folder)) break
  }
}

/** Makes a rename survive a power cut, where the system lets a folder be opened (Windows does not). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
