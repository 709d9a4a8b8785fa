/** Who may do what in a tenant. Everybody may ask; teaching follows roles, and what was taught follows its owner. */
import type { ConceptRecord } from '../concepts/library.ts'
import type { TeachingJob } from '../jobs/teaching.ts'
import type { Person } from './chat.ts'

export const mayTeach = (person: Person, teachRoles: readonly string[]): boolean =>
  person.admin || teachRoles.length === 0 || hasRole(person, teachRoles)

/** Whom no quota counts. */
export const isExempt = (person: Person, exemptRoles: readonly string[]): boolean => hasRole(person, exemptRoles)

/** Whether a person has one of these roles, by name or by id. */
function hasRole({ roles }: Person, among: readonly string[]): boolean {
  const keys = new Set(roles.map(roleKey))
  return among.some(role => keys.has(roleKey(role)))
}

/** Teach it again, or remove what is remembered about it. */
export const mayChange = ({ id, admin }: Person, { owner }: ConceptRecord): boolean => admin || id === owner

/** The person whom it depicts may withdraw at any time. */
export const mayForget = (person: Person, record: ConceptRecord): boolean =>
  mayChange(person, record) || person.id === record.depicts

export const mayCancel = ({ id, admin }: Person, job: TeachingJob): boolean =>
  admin || [job.by.id, job.depicts, job.photosBy?.id].includes(id)

const roleKey = (role: string) => role.trim().toLowerCase()
