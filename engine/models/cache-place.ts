/** Where the keys and values of what was read lie from one word to the next. */
import type { Device } from '../runtime/session.ts'

/**
 * - `host`: in this process, where the CPU reads them. On another device they cross to it for every word.
 * - `device`: where a run left them, until somebody asks for them here. The runtime can do this on WebGPU alone.
 * - `loop`: in this process, and on the device for several words in one run (`continuing-graph.ts`): what CUDA can do, and WebGPU
 *   cannot, whose loops run on the CPU.
 */
export type CachePlace = 'host' | 'device' | 'loop'

export function cachePlaceFor(device: Device | undefined): CachePlace {
  if (device === 'webgpu') return 'device'
  return device === 'cuda' ? 'loop' : 'host'
}
