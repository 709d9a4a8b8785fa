/**
 * Where the chat is kept: records in a store that is handed in, pictures as files of a folder. A file is written before
 * the record that names it and deleted after that record has changed, so that a killed process leaves at worst a file
 * that nobody names; `sweep` takes those away.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FamiliarError } from '../../../engine/errors.ts'

/** What is used of a Keyv. Values are JSON. */
export interface Store {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<unknown>
  delete(key: string): Promise<unknown>
}

/** More than any telephone's picture. */
export const maximumPictureBytes = 20 * 2 ** 20

/** A failed write as a sentence for people. */
export function cannotWrite(cause: unknown): FamiliarError {
  if (cause instanceof FamiliarError) return cause
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  const why = code === 'ENOSPC' ? 'the disk is full' : code
  return new FamiliarError('CANNOT_WRITE', `Expected to keep this on disk but could not: ${why}`, { cause })
}

const isId = (name: string) => /^[0-9a-f]{32}$/.test(name)

export class PictureFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async open(): Promise<void> {
    await mkdir(this.#path, { recursive: true }).catch(cause => {
      throw cannotWrite(cause)
    })
  }

  /** Resolves to the picture's id, which nobody can guess. @throws FamiliarError `CANNOT_WRITE` */
  async write(bytes: Uint8Array): Promise<string> {
    const id = randomBytes(16).toString('hex')
    await writeFile(this.#file(id), bytes).catch(cause => {
      throw cannotWrite(cause)
    })
    return id
  }

  /** Like `write`, as the bytes arrive. @throws FamiliarError `TOO_LARGE`, `CANNOT_WRITE` */
  async receive(body: ReadableStream<Uint8Array> | null): Promise<string> {
    const id = randomBytes(16).toString('hex')
    let size = 0
    const counted = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        size += chunk.length
        if (size <= maximumPictureBytes) return done(null, chunk)
        const most = maximumPictureBytes / 2 ** 20
        done(new FamiliarError('TOO_LARGE', `Expected a picture of at most ${most} MB but received a larger one`))
      },
    })
    const source = body ? Readable.fromWeb(body as never) : Readable.from([])
    try {
      await pipeline(source, counted, createWriteStream(this.#file(id)))
      return id
    } catch (cause) {
      await this.remove([id])
      throw cannotWrite(cause)
    }
  }

  /** @throws FamiliarError `FETCH_FAILED` when it is no longer there */
  async read(id: string, name = 'the picture'): Promise<Uint8Array> {
    try {
      if (!isId(id)) throw new Error(`no id: ${id}`)
      return await readFile(this.#file(id))
    } catch (cause) {
      throw new FamiliarError('FETCH_FAILED', `Expected to read ${name} but it is no longer there`, { cause })
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.filter(isId).map(id => rm(this.#file(id), { force: true })))
  }

  /** Deletes every file but these. */
  async sweep(keep: ReadonlySet<string>): Promise<void> {
    const files = await readdir(this.#path)
    await this.remove(files.filter(file => !keep.has(file)))
  }

  #file(id: string): string {
    return join(this.#path, id)
  }
}

/** Tells whether two pictures are the same file. */
export function checksum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

/** Runs what it is given one after the other. */
export function inOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}
