/**
 * How much memory the engine's process really took, of each model, device and kind of weights: `memory-use.json` in the data folder,
 * which `familiar model info` sets beside its plan. It holds numbers and models' names, and nothing of any chat.
 */
import { z } from 'zod'
import type { ModelInfo } from '../engine/engine.ts'
import type { HostSettings } from '../engine/host/client.ts'
import type { MemoryUse } from '../engine/host/messages.ts'
import { weightKinds } from '../engine/models/memory-plan.ts'
import { devices } from './config.ts'
import { Files } from './storage/files.ts'

const file = 'memory-use.json'
/** A share of what is recorded: less is no news. */
const leastChange = 0.01

const bytes = z.int().positive()
const entry = z.object({
  model: z.string(),
  device: z.enum(devices),
  weights: z.enum(weightKinds),
  /** Bytes: the largest resident memory of the last process that answered, before any lesson in it. */
  answering: bytes.optional(),
  /** Bytes: the same until the end of the last lesson. */
  learning: bytes.optional(),
})
export type UsedMemory = z.infer<typeof entry>

/** All that is recorded. A file that is damaged counts as none: the next run writes its numbers again. */
export async function readUsedMemory(dataDir: string): Promise<UsedMemory[]> {
  const written = await new Files(dataDir).read(file)
  try {
    return z.array(entry).parse(JSON.parse(written?.toString() ?? '[]'))
  } catch {
    return []
  }
}

export interface MemoryRecorder {
  /** For an engine's host. */
  readonly used: NonNullable<HostSettings['used']>
  /** Resolves when all that was told is written. */
  written(): Promise<void>
}

/** @param failed told why something could not be written, which nothing else has to end for */
export function createMemoryRecorder(dataDir: string, failed: (error: unknown) => void): MemoryRecorder {
  const files = new Files(dataDir)
  let writing = Promise.resolve()
  const write = async (memory: MemoryUse, model: ModelInfo) => {
    const before = await readUsedMemory(dataDir)
    const after = withUse(before, memory, model)
    if (after !== before) await files.write(file, Buffer.from(`${JSON.stringify(after, null, 2)}\n`))
  }
  return {
    used: (memory, model) => {
      writing = writing.then(() => write(memory, model)).catch(failed)
    },
    written: () => writing,
  }
}

/** The same array where nothing is new. */
function withUse(
  all: UsedMemory[],
  { work, peakBytes }: MemoryUse,
  { name, device, weights }: ModelInfo,
): UsedMemory[] {
  const isMine = (used: UsedMemory) => used.model === name && used.device === device && used.weights === weights.kind
  const mine = all.find(isMine)
  const before = mine?.[work]
  if (before !== undefined && Math.abs(peakBytes - before) < leastChange * before) return all
  const now = { model: name, device, weights: weights.kind, ...mine, [work]: peakBytes }
  return [...all.filter(used => !isMine(used)), now]
}
