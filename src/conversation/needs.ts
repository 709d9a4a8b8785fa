/** What the conversation needs of the house that is nowhere else said so small. */
import type { Store } from '../storage/store.ts'

/** Records that outlive a restart, and go away by themselves where they are given a time. */
export type Records<Value> = Pick<Store<Value>, 'get' | 'set' | 'delete' | 'entries'>

/** Where records of each kind lie, such as the storage. */
export interface Shelf {
  store<Value>(namespace: string): Records<Value>
}

/** Log lines for operators, such as pino's. None holds a text, a name or a picture of a chat. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
