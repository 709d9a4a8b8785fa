/** What happens between two runs of a model: others get their turn, and a job may be cancelled. */
import { FamiliarError } from '../errors.ts'

export interface Stepping {
  readonly signal?: AbortSignal
  /** For long work: what is urgent comes first; resolves at once when nothing is. */
  readonly giveWay?: () => Promise<void>
}

/**
 * Lets the event loop take up what has arrived (runs of a model block it), then whatever is urgent.
 * @throws FamiliarError `CANCELLED` when the signal has fired
 */
export async function nextStep({ signal, giveWay }: Stepping = {}): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
  await giveWay?.()
  if (signal?.aborted) throw cancellation(signal)
}

/** What a job ends with when its signal has fired. */
export const cancellation = ({ reason }: AbortSignal): FamiliarError =>
  new FamiliarError('CANCELLED', 'Cancelled', { cause: reason })
