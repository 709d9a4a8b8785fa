/**
 * A tenant's library: the concepts that were taught there, who owns them, who agreed to be one, and what is remembered about
 * them. A concept's rows lie in a file of their own, everything else is a record in a store; the record is written last, so
 * that a concept is there whole or not at all.
 */
import type { Concept, SubjectKind } from '../../engine/engine.ts'
import type { Tenant } from '../conversation/chat.ts'

/** A concept as the tenant knows it, without its rows. */
export interface ConceptRecord {
  /** Unique in the tenant, and kept when the concept is taught again. */
  readonly id: string
  /** As people write it. */
  readonly name: string
  readonly kind: SubjectKind
  /** Id and name of the person who taught it: theirs to teach again and to forget. */
  readonly owner: string
  readonly ownerName: string
  /** Of a person: the id of the member it depicts, who agreed to it and may withdraw. */
  readonly depicts?: string
  /** 1, 2, …: how often it was taught. */
  readonly version: number
  /** ISO 8601. */
  readonly taught: string
  readonly modelFingerprint: string
  readonly description: string
  readonly scores: Concept['scores']
  /** File name of its rows in the tenant's folder. */
  readonly file: string
  /** File name of a sample drawing (PNG) in the tenant's folder. */
  readonly sample?: string
  readonly facts: readonly Fact[]
}

/** A sentence that is remembered. It stands with every concept that it names. */
export interface Fact {
  readonly id: string
  readonly text: string
  /** Id of the person who said it. */
  readonly by: string
  readonly said: string
}

export interface TaughtConcept {
  readonly concept: Concept
  readonly owner: { readonly id: string; readonly name: string }
  readonly depicts?: string
  /** PNG. */
  readonly sample?: Uint8Array
}

export interface Library {
  /** Records in the order of their names. */
  list(tenant: Tenant): Promise<readonly ConceptRecord[]>
  /** By any spelling of its name (`nameKey`), or nothing. */
  find(tenant: Tenant, name: string): Promise<ConceptRecord | undefined>
  /** Concepts with their rows, ready for the engine; those of another base model are left out. Cached. */
  load(records: readonly ConceptRecord[], tenant: Tenant): Promise<readonly Concept[]>
  /** The sample drawing, or nothing. */
  sample(tenant: Tenant, record: ConceptRecord): Promise<Uint8Array | undefined>
  /**
   * Adds a concept, or puts a new version in the place of the one of the same name, whose facts stay. Until this resolves the
   * old one answers. @throws FamiliarError `CANNOT_WRITE` (a full disk); the old version is then untouched
   */
  save(tenant: Tenant, taught: TaughtConcept): Promise<ConceptRecord>
  /** Removes a concept with everything that belongs to it. Resolves to whether it was there. */
  forget(tenant: Tenant, id: string): Promise<boolean>
  /** The path of the rows' file, to export it. */
  path(tenant: Tenant, record: ConceptRecord): string
  /** Adds a sentence to these concepts. */
  remember(tenant: Tenant, ids: readonly string[], fact: { readonly text: string; readonly by: string }): Promise<Fact>
  /** Removes a sentence wherever it stands. Resolves to whether it was there. */
  unremember(tenant: Tenant, fact: string): Promise<boolean>
  /**
   * Everything of a person: concepts that they own or that depict them, and sentences that they said.
   * Resolves to what was deleted.
   */
  forgetPerson(
    tenant: Tenant,
    person: string,
  ): Promise<{ readonly concepts: readonly string[]; readonly facts: number }>
  /** Deletes all of a tenant. */
  forgetTenant(tenant: Tenant): Promise<void>
}
