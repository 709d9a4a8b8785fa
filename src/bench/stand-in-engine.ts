/**
 * An engine that costs nothing, in place of the model: what is measured with it is the bot. Questions are answered at once;
 * a lesson lasts as long as it may.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, EngineOptions } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'

export async function createLocalEngine(_: EngineOptions): Promise<Engine> {
  return {
    model: {
      name: 'stand-in',
      fingerprint: 'stand-in',
      device: 'cpu',
      deviceReason: 'it needs none',
      weights: { kind: 'f32', reason: 'it has none' },
      drawnWorldOnly: true,
    },
    async teach({ seconds = 90 }, { signal } = {}) {
      await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined)
      throw new FamiliarError('CANCELLED', 'Expected a model but received a stand-in, which learns nothing')
    },
    reply: async ({ seed = 0 }) => ({ selfPrompt: 'none', text: 'Yes.', seed }),
    recognise: async (_, among) => among.map(({ name: concept }) => ({ concept, confidence: 0, present: false })),
    close: async () => {},
  }
}
