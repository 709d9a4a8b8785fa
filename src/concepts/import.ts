/** A concept file from outside (another machine, a chat) becomes a concept of a tenant, under the rules for one taught there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelInfo } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { readConcept, requireSameModel } from '../../engine/learning/concept-file.ts'
import type { Tenant } from '../conversation/chat.ts'
import type { ConceptRecord, Library } from './library.ts'
import { cleanName } from './names.ts'

export interface ImportOptions {
  readonly owner: { readonly id: string; readonly name: string }
  readonly model: Pick<ModelInfo, 'name' | 'fingerprint'>
  /** Of a person: the member it depicts, who has agreed to it. */
  readonly depicts?: string
  /** Take the place of a concept of the same name. */
  readonly replace?: boolean
}

/**
 * Reads a concept file, checks everything about it, and saves it.
 *
 * @param source a path, or the file's bytes
 * @throws FamiliarError `FILE_NOT_FOUND`; `BAD_CONCEPT` (damaged, another kind of file), `FOREIGN_CONCEPT` (another base
 *   model), `BAD_NAME`, `NAME_TAKEN`, `NEEDS_CONSENT` (a person, and nobody is said to be depicted), `CANNOT_WRITE`
 */
export async function importConcept(
  library: Library,
  tenant: Tenant,
  source: string | Uint8Array,
  { owner, model, depicts, replace = false }: ImportOptions,
): Promise<ConceptRecord> {
  const read = typeof source === 'string' ? await readConcept(source) : await readBytes(source)
  requireSameModel(read, model)
  const concept = { ...read, name: cleanName(read.name) }
  if (concept.kind === 'person' && depicts === undefined)
    throw new FamiliarError(
      'NEEDS_CONSENT',
      `Expected the consent of the person whom "${concept.name}" shows but received a file alone`,
    )
  if (!replace && (await library.find(tenant, concept.name)))
    throw new FamiliarError(
      'NAME_TAKEN',
      `Expected a name that is free but received "${concept.name}", which is taught already`,
    )
  return library.save(tenant, { concept, owner, ...(depicts !== undefined && { depicts }) })
}

/** Concept files are read from a disk; these bytes are there for a moment. */
async function readBytes(bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-import-'))
  const path = join(folder, 'file')
  try {
    await writeFile(path, bytes, { mode: 0o600 })
    return await readConcept(path)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    // Whoever sent the file knows nothing of this path.
    const message = error.message.replaceAll(` at ${path}`, '').replaceAll(` ${path}`, '')
    throw new FamiliarError(error.code, message, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
