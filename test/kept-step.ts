/** How far a lesson that is under way has come, as it would be found if it were broken off now. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openSafetensors } from '../engine/checkpoints/safetensors.ts'

/** The step that a lesson's checkpoint has kept, once it is at least that. */
export async function keptStep(path: string, least: number): Promise<number> {
  for (;;) {
    const file = await openSafetensors(path).catch(() => undefined)
    const { step = -1 } = JSON.parse(file?.metadata.state ?? '{}').reached?.steps ?? {}
    if (step >= least) return step
    await sleep(20)
  }
}
