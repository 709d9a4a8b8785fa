/**
 * The safetensors format: a u64 little-endian header length, a JSON header, then the tensors' bytes (row-major,
 * little-endian). Opening a file reads and checks its header only. This file knows nothing of models.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FamiliarError } from '../errors.ts'
import { bfloat16ToFloat32, float16ToFloat32 } from './half.ts'

export const bytesPerElement = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const

export type Dtype = keyof typeof bytesPerElement

/** F16 and BF16 are the bits of their numbers (`half.ts`), BOOL is 0 or 1. */
export type TensorData =
  | Float64Array
  | BigInt64Array
  | Float32Array
  | Int32Array
  | Uint16Array
  | Int16Array
  | Int8Array
  | Uint8Array

/** Where a tensor lies in its file: `byteOffset` counts from the start of the file. */
export interface TensorEntry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly byteOffset: number
  readonly byteLength: number
}

export interface SafetensorsFile {
  readonly path: string
  /** Bytes before the first tensor: 8 + the header's length. */
  readonly headerBytes: number
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
  /** Reads one tensor. Throws `TENSOR_NOT_FOUND` or `BAD_SAFETENSORS`. */
  read(name: string): Promise<TensorData>
  /** Reads a tensor's bytes as they are: at most `limit` of them, from byte `from` on. */
  readBytes(name: string, limit?: number, from?: number): Promise<Uint8Array>
  /** Reads one F32, F16 or BF16 tensor as f32: at most `limit` numbers, from number `from` on. */
  readFloat32(name: string, limit?: number, from?: number): Promise<Float32Array>
}

/** The format's own limit on the header, so that a wrong file does not make us allocate its first 8 bytes' worth. */
const maximumHeaderBytes = 100_000_000

/**
 * Opens a safetensors file: reads the header and checks it against the file's size.
 * @throws FamiliarError `FILE_NOT_FOUND` when it cannot be read, `BAD_SAFETENSORS` when it is not what it should be
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const path = resolve(file)
  const { json, headerBytes, fileBytes } = await withFile(path, handle => readHeader(path, handle))
  const { tensors, metadata } = parseHeader(path, json, headerBytes, fileBytes)

  const entryOf = (name: string) => {
    const entry = tensors.get(name)
    if (!entry)
      throw new FamiliarError('TENSOR_NOT_FOUND', `Expected a tensor named "${name}" in ${path} but there is none`)
    return entry
  }
  const bytesOf = async (name: string, limit = Number.POSITIVE_INFINITY, from = 0) => {
    const { byteOffset, byteLength } = entryOf(name)
    return withFile(path, handle => readBytes(path, handle, byteOffset + from, Math.min(byteLength - from, limit)))
  }
  const read = async (name: string) => typedArray(entryOf(name).dtype, await bytesOf(name))
  const readFloat32 = async (name: string, limit = Number.POSITIVE_INFINITY, from = 0) => {
    const { dtype } = entryOf(name)
    const each = bytesPerElement[dtype]
    const data = typedArray(dtype, await bytesOf(name, limit * each, from * each))
    if (dtype === 'F32') return data as Float32Array
    if (dtype === 'F16') return float16ToFloat32(data as Uint16Array)
    if (dtype === 'BF16') return bfloat16ToFloat32(data as Uint16Array)
    throw bad(path, `tensor "${name}" to hold floating-point numbers`, dtype)
  }
  return { path, headerBytes, tensors, metadata, read, readBytes: bytesOf, readFloat32 }
}

export interface TensorToWrite {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly data: TensorData
}

/**
 * Writes a safetensors file so that a reader sees the old file or the whole new one, never a part: a temporary file
 * beside it is written, flushed to the disk and renamed.
 */
export async function writeSafetensors(
  file: string,
  tensors: Readonly<Record<string, TensorToWrite>> | ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const path = resolve(file)
  const entries: [string, TensorToWrite][] = tensors instanceof Map ? [...tensors] : Object.entries(tensors)
  // Widest elements first, as the reference writer does, keeps every tensor aligned to its element.
  entries.sort(([a, x], [b, y]) => bytesPerElement[y.dtype] - bytesPerElement[x.dtype] || (a < b ? -1 : 1))
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let offset = 0
  for (const [name, { dtype, shape, data }] of entries) {
    const byteLength = elements(shape) * bytesPerElement[dtype]
    if (data.byteLength !== byteLength || data.BYTES_PER_ELEMENT !== bytesPerElement[dtype])
      throw new TypeError(
        `Expected ${byteLength} bytes for tensor "${name}" (${dtype} [${shape}]) but received ${data.byteLength} in a ${data.constructor.name}`,
      )
    header[name] = { dtype, shape, data_offsets: [offset, offset + byteLength] }
    offset += byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  prefix.writeBigUInt64LE(BigInt(prefix.length - 8), 0)
  json.copy(prefix, 8)

  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(prefix)
      for (const [, { data }] of entries)
        await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new FamiliarError('CANNOT_WRITE', `Expected to write ${path} but received: ${describe(cause)}`, { cause })
  }
  await syncFolder(dirname(path))
}

/** Makes the rename itself survive a power cut, where the system lets a folder be opened (Windows does not). */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    return
  }
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (cause) {
    const message = `Expected a safetensors file at ${path} but received: ${describe(cause)}`
    throw new FamiliarError('FILE_NOT_FOUND', message, { cause })
  }
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}

/** Fills a buffer of its own, so that a typed array may lie over it whatever its element. */
async function readBytes(path: string, handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, Math.min(length - filled, 2 ** 30), from + filled)
    if (bytesRead === 0) throw bad(path, `${length} bytes at ${from}`, `${filled}: the file has become shorter`)
    filled += bytesRead
  }
  return bytes
}

async function readHeader(path: string, handle: FileHandle) {
  const stat = await handle.stat()
  if (!stat.isFile()) throw bad(path, 'a file', 'a folder or a device')
  if (stat.size < 8) throw bad(path, 'at least the 8 bytes of the header length', `${stat.size} bytes`)
  const prefix = Buffer.from(await readBytes(path, handle, 0, 8))
  const length = prefix.readBigUInt64LE(0)
  if (length > maximumHeaderBytes || length > BigInt(stat.size - 8))
    throw bad(path, 'a header that fits into the file', `a header length of ${length} in a file of ${stat.size} bytes`)
  const header = await readBytes(path, handle, 8, Number(length))
  return { json: Buffer.from(header).toString('utf8'), headerBytes: 8 + Number(length), fileBytes: stat.size }
}

function parseHeader(path: string, json: string, headerBytes: number, fileBytes: number) {
  let header: unknown
  try {
    header = JSON.parse(json)
  } catch (cause) {
    throw bad(path, 'a header in JSON', describe(cause))
  }
  if (!isRecord(header)) throw bad(path, 'a header that is an object', JSON.stringify(header).slice(0, 40))
  const { __metadata__: metadata = {}, ...entries } = header
  if (!isRecord(metadata) || Object.values(metadata).some(value => typeof value !== 'string'))
    throw bad(path, 'metadata of texts', JSON.stringify(metadata).slice(0, 80))
  const tensors = new Map<string, TensorEntry>()
  for (const [name, entry] of Object.entries(entries))
    tensors.set(name, parseEntry(path, name, entry, headerBytes, fileBytes))
  checkCoverage(path, tensors, headerBytes, fileBytes)
  return { tensors, metadata: metadata as Record<string, string> }
}

function parseEntry(path: string, name: string, entry: unknown, headerBytes: number, fileBytes: number): TensorEntry {
  const received = () => JSON.stringify(entry).slice(0, 120)
  if (!isRecord(entry)) throw bad(path, `an object for tensor "${name}"`, received())
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype))
    throw bad(path, `one of ${Object.keys(bytesPerElement).join(', ')} as dtype of tensor "${name}"`, String(dtype))
  if (!isCounts(shape)) throw bad(path, `a shape of whole numbers for tensor "${name}"`, received())
  if (!isCounts(offsets) || offsets.length !== 2)
    throw bad(path, `two whole numbers as data_offsets of tensor "${name}"`, received())
  const [begin, end] = offsets as [number, number]
  const byteLength = elements(shape) * bytesPerElement[dtype as Dtype]
  if (end - begin !== byteLength)
    throw bad(path, `${byteLength} bytes for tensor "${name}" (${dtype} [${shape}])`, `${end - begin}`)
  if (headerBytes + end > fileBytes)
    throw bad(
      path,
      `tensor "${name}" to end within the file`,
      `byte ${headerBytes + end} of ${fileBytes}: it is cut short`,
    )
  return { dtype: dtype as Dtype, shape, byteOffset: headerBytes + begin, byteLength }
}

/** The format allows neither overlaps nor holes: either means that the header belongs to other bytes. */
function checkCoverage(
  path: string,
  tensors: ReadonlyMap<string, TensorEntry>,
  headerBytes: number,
  fileBytes: number,
) {
  let end = headerBytes
  const inOrder = [...tensors].sort(([, a], [, b]) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength)
  for (const [name, { byteOffset, byteLength }] of inOrder) {
    if (byteOffset !== end)
      throw bad(
        path,
        `tensor "${name}" to begin at byte ${end}`,
        `${byteOffset}: ${byteOffset < end ? 'it overlaps another' : 'there is a hole'}`,
      )
    end += byteLength
  }
  if (end !== fileBytes) throw bad(path, `${end} bytes as its header says`, `${fileBytes}`)
}

function typedArray(dtype: Dtype, { buffer }: Uint8Array): TensorData {
  const bytes = buffer as ArrayBuffer
  switch (dtype) {
    case 'F64':
      return new Float64Array(bytes)
    case 'I64':
      return new BigInt64Array(bytes)
    case 'F32':
      return new Float32Array(bytes)
    case 'I32':
      return new Int32Array(bytes)
    case 'F16':
    case 'BF16':
      return new Uint16Array(bytes)
    case 'I16':
      return new Int16Array(bytes)
    case 'I8':
      return new Int8Array(bytes)
    case 'U8':
    case 'BOOL':
      return new Uint8Array(bytes)
  }
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0)

const bad = (path: string, expected: string, received: string) =>
  new FamiliarError('BAD_SAFETENSORS', `Expected ${expected} in ${path} but received ${received}`)

const describe = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
