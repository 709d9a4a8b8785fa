/** A safetensors file of one tensor after another, for what does not fit into memory as a whole. */
import { type FileHandle, open } from 'node:fs/promises'
import type { TensorToWrite } from '../safetensors.ts'

/** Bytes that are left free in front, for a header that is known only at the end, for each tensor and for metadata. */
const headerBytesPerTensor = 256
const headerBytesForMetadata = 4096

export class SafetensorsWriter {
  readonly #handle: FileHandle
  readonly #room: number
  readonly #header: Record<string, unknown> = {}
  #offset = 0

  /** @param tensors at most so many will be added */
  static async create(path: string, tensors: number): Promise<SafetensorsWriter> {
    const room = headerBytesForMetadata + tensors * headerBytesPerTensor
    return new SafetensorsWriter(await open(path, 'wx'), room)
  }

  private constructor(handle: FileHandle, room: number) {
    this.#handle = handle
    this.#room = room
  }

  async add(name: string, { dtype, shape, data }: TensorToWrite): Promise<void> {
    const end = this.#offset + data.byteLength
    this.#header[name] = { dtype, shape, data_offsets: [this.#offset, end] }
    await this.#write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + this.#room + this.#offset)
    this.#offset = end
  }

  /** Writes the header and sees that everything is on the disk. */
  async finish(metadata: Readonly<Record<string, string>>): Promise<void> {
    const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...this.#header }))
    if (json.length > this.#room) throw new Error(`Expected a header of ${this.#room} bytes but it has ${json.length}`)
    const prefix = Buffer.alloc(8 + this.#room, ' ')
    prefix.writeBigUInt64LE(BigInt(this.#room), 0)
    json.copy(prefix, 8)
    await this.#write(prefix, 0)
    await this.#handle.sync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, 2 ** 30)
      done += (await this.#handle.write(bytes, done, length, position + done)).bytesWritten
    }
  }
}
