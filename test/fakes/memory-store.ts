/** A store in memory that gives back copies, as one on disk does. It outlives whoever uses it, for tests of restarts. */
import type { Store } from '../../adapters/web/server/store.ts'

export function memoryStore(records = new Map<string, string>()): Store & { readonly records: Map<string, string> } {
  return {
    records,
    get: async key => (records.has(key) ? JSON.parse(records.get(key)!) : undefined),
    set: async (key, value) => void records.set(key, JSON.stringify(value)),
    delete: async key => records.delete(key),
  }
}
