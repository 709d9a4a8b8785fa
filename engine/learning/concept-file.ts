/**
 * A concept as a file: safetensors with `embedding` and `head`, f32 [1 + 2k, D] each, and what goes with them as
 * metadata. A file comes from anywhere (another machine, a chat), so that everything in it is checked on reading, and a
 * digest over rows and metadata tells a damaged file from a whole one. For a 2048-wide model and k = 16 it is 541 KB.
 *
 * Metadata (texts, as the format demands): `format` "familiar-concept", `version` "1", `name`, `kind`, `model` (the base
 * model's fingerprint), `k`, `h` (D), `threshold`, `description`, and `recipe` and `scores` as JSON; `digest` is the
 * SHA-256 in hex of the other entries as JSON, sorted by key, followed by the bytes of `embedding` and `head`.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openSafetensors, type SafetensorsFile, writeSafetensors } from '../checkpoints/safetensors.ts'
import type { Concept, LessonScores, ModelInfo, SubjectKind } from '../engine.ts'
import { FamiliarError } from '../errors.ts'

const format = 'familiar-concept'
const version = '1'
const kinds: readonly SubjectKind[] = ['pet', 'person', 'thing', 'place']

/** Far above what is taught, and low enough that a forged header cannot ask for much memory. */
const maximumTokens = 64
const maximumWidth = 16_384
const maximumName = 64
const maximumDescription = 4_000
const maximumRecipe = 64
const maximumBytes = 2 * (1 + 2 * maximumTokens) * maximumWidth * Float32Array.BYTES_PER_ELEMENT + 2 ** 20

/**
 * Writes a concept so that a reader sees the old file or the whole new one, never a part.
 *
 * @throws FamiliarError `BAD_CONCEPT` when the concept is one that `readConcept` would refuse, `CANNOT_WRITE`
 */
export async function writeConcept(path: string, concept: Concept): Promise<void> {
  checkConcept(concept, (expected, received) => bad(`${expected} to write the concept "${concept.name}"`, received))
  const shape = [1 + 2 * concept.tokens, concept.width]
  const metadata: Record<string, string> = {
    format,
    version,
    name: concept.name,
    kind: concept.kind,
    model: concept.modelFingerprint,
    k: String(concept.tokens),
    h: String(concept.width),
    threshold: String(concept.threshold),
    description: concept.description,
    recipe: JSON.stringify(concept.recipe),
    scores: JSON.stringify(concept.scores),
  }
  metadata.digest = digest(metadata, concept.embedding, concept.head)
  const tensors = {
    embedding: { dtype: 'F32', shape, data: concept.embedding },
    head: { dtype: 'F32', shape, data: concept.head },
  } as const
  await writeSafetensors(path, tensors, metadata)
}

/**
 * Reads a concept and checks everything about it but its base model (`requireSameModel`).
 *
 * @throws FamiliarError `FILE_NOT_FOUND`; `BAD_CONCEPT` when it is damaged, of another kind, or holds what cannot be
 */
export async function readConcept(path: string): Promise<Concept> {
  const file = await openConceptFile(resolve(path))
  const fail: Fail = (expected, received) => bad(`${expected} in the concept file ${file.path}`, received)
  const { metadata } = file
  if (metadata.format !== format || [...file.tensors.keys()].sort().join() !== 'embedding,head')
    throw bad(`a concept file at ${file.path}`, `another safetensors file (${contents(file)})`)
  if (metadata.version !== version) throw fail(`format version ${version}`, `version ${metadata.version}`)

  const tokens = wholeNumber('k', metadata.k, maximumTokens, fail)
  const width = wholeNumber('h', metadata.h, maximumWidth, fail)
  // Shapes come before the rows are read, and before anything is compared with them.
  for (const name of ['embedding', 'head']) checkShape(file, name, [1 + 2 * tokens, width], fail)
  const [embedding, head] = await readRows(file, fail)
  const { digest: written, ...covered } = metadata
  if (digest(covered, embedding, head) !== written)
    throw bad(`a whole concept file at ${file.path}`, 'one whose digest does not match: it was damaged or edited')

  const concept: Concept = {
    name: metadata.name ?? '',
    kind: metadata.kind as SubjectKind,
    modelFingerprint: metadata.model ?? '',
    tokens,
    width,
    embedding,
    head,
    description: metadata.description ?? '',
    threshold: metadata.threshold ? Number(metadata.threshold) : Number.NaN,
    scores: parseObject('scores', metadata.scores, fail) as unknown as Concept['scores'],
    recipe: parseObject('recipe', metadata.recipe, fail) as Concept['recipe'],
  }
  checkConcept(concept, fail)
  return concept
}

/**
 * Refuses a concept that was learned on another base model: its rows mean nothing to this one.
 *
 * @throws FamiliarError `FOREIGN_CONCEPT`
 */
export function requireSameModel(
  concept: Pick<Concept, 'name' | 'modelFingerprint'>,
  model: Pick<ModelInfo, 'name' | 'fingerprint'>,
): void {
  if (concept.modelFingerprint === model.fingerprint) return
  throw new FamiliarError(
    'FOREIGN_CONCEPT',
    `Expected the concept "${concept.name}" to be learned on the model ${model.name} (${model.fingerprint.slice(0, 16)}) but received one learned on another (${concept.modelFingerprint.slice(0, 16)}); teach it again on this one`,
  )
}

/** Says what is wrong with a concept's name in words that complete "but received ...", or nothing when it can be used. */
export function nameProblem(name: string): string | undefined {
  const letters = [...name]
  if (name.trim() === '') return 'an empty one'
  if (name !== name.trim()) return `${JSON.stringify(name)}, which begins or ends with a space`
  if (letters.length > maximumName) return `${letters.length} characters`
  // Line breaks would end a prompt's line; marks that turn the writing direction would garble the sentences around it.
  if (/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(name)) return 'one with control characters'
  return undefined
}

/** Makes the error for one finding. */
type Fail = (expected: string, received: string) => FamiliarError

const bad = (expected: string, received: string, cause?: unknown) =>
  new FamiliarError('BAD_CONCEPT', `Expected ${expected} but received ${received}`, { cause })

/** What holds for every concept, whether it is about to be written or was read. */
function checkConcept(concept: Concept, fail: Fail): void {
  const { tokens, width, embedding, head, recipe, scores, threshold, description, modelFingerprint } = concept
  const problem = nameProblem(concept.name)
  if (problem) throw fail(`a name of 1 to ${maximumName} characters`, problem)
  if (!kinds.includes(concept.kind)) throw fail(`one of ${kinds.join(', ')} as kind`, quoted(concept.kind))
  if (!/^[\x21-\x7e]{1,128}$/.test(modelFingerprint)) throw fail("a base model's fingerprint", quoted(modelFingerprint))
  if (description.length > maximumDescription)
    throw fail(`a description of at most ${maximumDescription} characters`, `${description.length}`)
  if (!isShare(threshold)) throw fail('a threshold from 0 to 1', String(threshold))
  for (const stage of ['start', 'kept'] as const) checkScores(stage, scores?.[stage], fail)
  const entries = Object.entries(recipe)
  if (entries.length > maximumRecipe || !entries.every(([, value]) => Number.isFinite(value)))
    throw fail(`a recipe of at most ${maximumRecipe} numbers`, quoted(JSON.stringify(recipe)))
  for (const [name, rows] of Object.entries({ embedding, head })) {
    const length = (1 + 2 * tokens) * width
    if (rows.length !== length)
      throw fail(`${name} of [${1 + 2 * tokens}, ${width}], ${length} numbers`, `${rows.length} numbers`)
    const index = rows.findIndex(value => !Number.isFinite(value))
    if (index >= 0) throw fail(`finite numbers as ${name}`, `${rows[index]} in row ${Math.floor(index / width)}`)
  }
}

function checkScores(stage: string, scores: LessonScores | undefined, fail: Fail): void {
  if (scores && isShare(scores.recognition) && Number.isFinite(scores.loss) && scores.loss >= 0) return
  throw fail(`scores.${stage} with recognition from 0 to 1 and a loss`, quoted(JSON.stringify(scores)))
}

const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1

const quoted = (text: string | undefined) => (text ? `"${text.slice(0, 60)}"` : 'nothing')

/** Opens the file, so that one that is no safetensors file at all is refused as a concept. */
async function openConceptFile(path: string): Promise<SafetensorsFile> {
  const size = await stat(path).then(
    found => found.size,
    () => 0,
  )
  if (size > maximumBytes) throw bad(`a concept file at ${path}`, `one of ${Math.round(size / 1e6)} MB`)
  try {
    return await openSafetensors(path)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    if (error.code === 'FILE_NOT_FOUND') {
      const reason = (error.cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing is there' : error.message
      throw new FamiliarError(error.code, `Expected a concept file at ${path} but ${reason}`, { cause: error })
    }
    throw bad(`a concept file at ${path}`, `a damaged or different one (${decapitalised(error.message)})`, error)
  }
}

const decapitalised = (sentence: string) => sentence[0]!.toLowerCase() + sentence.slice(1)

function contents({ tensors }: SafetensorsFile): string {
  const names = [...tensors.keys()]
  if (names.length === 0) return 'no tensors'
  return `${names.length} tensors: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`
}

function checkShape(file: SafetensorsFile, name: string, expected: readonly number[], fail: Fail): void {
  const { dtype, shape } = file.tensors.get(name)!
  if (dtype === 'F32' && shape.length === 2 && shape.every((size, axis) => size === expected[axis])) return
  throw fail(`${name} as F32 [${expected.join(', ')}]`, `${dtype} [${shape.join(', ')}]`)
}

async function readRows(file: SafetensorsFile, fail: Fail): Promise<[Float32Array, Float32Array]> {
  try {
    return [await file.readFloat32('embedding'), await file.readFloat32('head')]
  } catch (cause) {
    // It was whole a moment ago, when its header was read.
    throw fail('rows', cause instanceof Error ? cause.message : String(cause))
  }
}

function wholeNumber(name: string, text: string | undefined, maximum: number, fail: Fail): number {
  const value = Number(text)
  if (text && /^\d+$/.test(text) && value >= 1 && value <= maximum) return value
  throw fail(`${name} from 1 to ${maximum}`, quoted(text))
}

function parseObject(name: string, text: string | undefined, fail: Fail): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text ?? '')
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw fail(`${name} as a JSON object`, quoted(text))
}

function digest(metadata: Readonly<Record<string, string>>, ...rows: readonly Float32Array[]): string {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256').update(JSON.stringify(entries))
  for (const { buffer, byteOffset, byteLength } of rows) hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex')
}
