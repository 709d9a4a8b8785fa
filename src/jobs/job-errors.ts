/** Why a job ended without a concept, in one sentence each, and as what it is kept until everybody was told. */
import { FamiliarError } from '../../engine/errors.ts'
import type { JobEnd } from './job-store.ts'
import type { TeachingJob } from './teaching.ts'

export const tooOften = ({ name, attempts }: TeachingJob) =>
  new FamiliarError(
    'LESSON_CRASHED',
    `Expected the lesson of "${name}" to come to its end but it was broken off ${attempts} times; it is not begun again`,
  )

/** A job may wait for the person whom it shows, or for whoever is asked whether it is to begin at all. */
export const noConsent = ({ name, depicts }: TeachingJob, hours: number) =>
  new FamiliarError(
    'CONSENT_EXPIRED',
    `Expected ${depicts === undefined ? `an answer about "${name}"` : `the consent of the person whom "${name}" shows`} within ${hours} hours but received none`,
  )

export const photosGone = ({ name, photos }: TeachingJob, found: number) =>
  new FamiliarError('PHOTOS_GONE', `Expected the ${photos} photos of "${name}" but found ${found}; show them again`)

export function toEnd(error: Error): JobEnd {
  const { message } = error
  return { error: error instanceof FamiliarError ? { code: error.code, message } : { message } }
}

export function fromEnd({ error: { code, message } }: Extract<JobEnd, { error: unknown }>): Error {
  return code === undefined ? new Error(message) : new FamiliarError(code, message)
}
