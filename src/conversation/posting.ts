/** Posting where nobody has just spoken: at the end of a job, or to those who run a tenant. */
import { FamiliarError } from '../../engine/errors.ts'
import type { MessageRef, OutgoingMessage, Place, Platform } from './chat.ts'

export const hasCode = (error: unknown, code: string): boolean => error instanceof FamiliarError && error.code === code

/**
 * Posts where it belongs, or tells one person directly when that place is gone.
 * @throws FamiliarError `PLACE_GONE` when that person cannot be reached either
 */
export async function postOrTell(
  platform: Platform,
  place: Place,
  person: string,
  message: OutgoingMessage,
): Promise<MessageRef> {
  try {
    return await platform.send(place, message)
  } catch (error) {
    if (!hasCode(error, 'PLACE_GONE') || place.direct) throw error
    return platform.send(await platform.direct(place.tenant, person), message)
  }
}
