/**
 * A safetensors file of one tensor after another, for what does not fit into memory as a whole. A journal beside it says
 * what is there already, with checksums, so that whoever is killed over it goes on where it was.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { ifMissing } from '../hub/files.ts'
import type { TensorData } from '../safetensors.ts'
import { bytesOf, type Part } from './encodings.ts'

/** Bytes that are left free in front, for a header that is known only at the end, for each tensor and for metadata. */
const headerBytesPerTensor = 256
const headerBytesForMetadata = 8192
/** Bytes that are read at once. */
const readingBytes = 2 ** 24

/** What is remembered of a tensor beside its parts. */
export interface Facts {
  /** What its form has lost, as a share of its size. */
  readonly error: number
  /** Whether another form was tried, and lost too much. */
  readonly refused: boolean
}

/** A line of the journal. `begin` and `end` count from the first tensor. */
interface Entry {
  readonly key: string
  readonly facts: Facts
  readonly parts: readonly (Part & { readonly begin: number; readonly end: number; readonly sha256: string })[]
}

/** A tensor that is being written: nothing of it stays that is not kept. */
export interface Draft {
  /** What comes next of each part. */
  write(data: readonly TensorData[]): Promise<void>
  keep(facts: Facts): Promise<void>
}

export class SafetensorsWriter {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #journal: FileHandle
  readonly #room: number
  readonly #entries = new Map<string, Entry>()
  #end = 0

  /**
   * Begins a file, or goes on with one: of what its journal lists, all is kept up to the first that is not as it should be.
   * @param tensors at most so many will be written, the same number as the time before
   */
  static async open(path: string, tensors: number): Promise<SafetensorsWriter> {
    const room = headerBytesForMetadata + tensors * headerBytesPerTensor
    const handle = await open(path, 'r+').catch(async error => {
      ifMissing(undefined)(error)
      return open(path, 'w+')
    })
    const listed = await readFile(journalOf(path), 'utf8').catch(ifMissing(''))
    // Written anew, so that half a line of a process that was killed is none.
    const writer = new SafetensorsWriter(path, handle, await open(journalOf(path), 'w'), room)
    for (const line of listed.split('\n')) {
      const entry = parse(line)
      if (!entry || !(await writer.#isThere(entry))) break
      await writer.#remember(entry)
    }
    await handle.truncate(8 + room + writer.#end)
    return writer
  }

  private constructor(path: string, handle: FileHandle, journal: FileHandle, room: number) {
    this.#path = path
    this.#handle = handle
    this.#journal = journal
    this.#room = room
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** What is known of the tensors that are there. */
  facts(): Facts[] {
    return [...this.#entries.values()].map(({ facts }) => facts)
  }

  draft(key: string, parts: readonly Part[]): Draft {
    let end = this.#end
    const drafts = parts.map(part => {
      const begin = end
      end += bytesOf(part)
      return { part, begin, end, written: begin, hash: createHash('sha256') }
    })
    return {
      write: async data => {
        for (const [index, draft] of drafts.entries()) {
          const { buffer, byteOffset, byteLength } = data[index] as TensorData
          const bytes = new Uint8Array(buffer, byteOffset, byteLength)
          draft.hash.update(bytes)
          await this.#write(bytes, 8 + this.#room + draft.written)
          draft.written += byteLength
        }
      },
      keep: facts =>
        this.#remember({
          key,
          facts,
          parts: drafts.map(({ part, begin, end, hash }) => ({ ...part, begin, end, sha256: hash.digest('hex') })),
        }),
    }
  }

  /** Writes the header and sees that everything is on the disk; the journal has done its work. */
  async finish(metadata: Readonly<Record<string, string>>): Promise<void> {
    const header: Record<string, unknown> = { __metadata__: metadata }
    for (const { parts } of this.#entries.values())
      for (const { name, dtype, shape, begin, end } of parts)
        header[name] = { dtype, shape, data_offsets: [begin, end] }
    const json = Buffer.from(JSON.stringify(header))
    if (json.length > this.#room) throw new Error(`Expected a header of ${this.#room} bytes but it has ${json.length}`)
    const prefix = Buffer.alloc(8 + this.#room, ' ')
    prefix.writeBigUInt64LE(BigInt(this.#room), 0)
    json.copy(prefix, 8)
    // A draft that was not kept may have left something behind.
    await this.#handle.truncate(8 + this.#room + this.#end)
    await this.#write(prefix, 0)
    await this.#handle.sync()
    await rm(journalOf(this.#path))
  }

  async close(): Promise<void> {
    await this.#handle.close()
    await this.#journal.close()
  }

  /** For a closed one that is not to be gone on with. */
  async discard(): Promise<void> {
    for (const path of [this.#path, journalOf(this.#path)]) await rm(path, { force: true })
  }

  async #remember(entry: Entry): Promise<void> {
    await this.#journal.write(`${JSON.stringify(entry)}\n`)
    this.#entries.set(entry.key, entry)
    this.#end = entry.parts.at(-1)?.end ?? this.#end
  }

  async #isThere({ parts }: Entry): Promise<boolean> {
    if (parts[0]?.begin !== this.#end) return false
    for (const { begin, end, sha256 } of parts) {
      const hash = createHash('sha256')
      const buffer = Buffer.alloc(Math.min(end - begin, readingBytes))
      for (let at = begin; at < end; ) {
        const length = Math.min(buffer.length, end - at)
        const { bytesRead } = await this.#handle.read(buffer, 0, length, 8 + this.#room + at)
        if (bytesRead === 0) return false
        hash.update(buffer.subarray(0, bytesRead))
        at += bytesRead
      }
      if (hash.digest('hex') !== sha256) return false
    }
    return true
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, 2 ** 30)
      done += (await this.#handle.write(bytes, done, length, position + done)).bytesWritten
    }
  }
}

const journalOf = (path: string) => `${path}.journal`

/** Nothing for a line that was not written to its end. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
