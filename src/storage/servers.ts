/**
 * Keyv's adapters for Redis and PostgreSQL, set up so that a server that is away is an error within seconds, never a
 * hang, and never the end of the process; when it is back, the next call works.
 */
import type { EventEmitter } from 'node:events'
import KeyvPostgres from '@keyv/postgres'
import KeyvRedis, { createClient } from '@keyv/redis'
import { FamiliarError } from '../../engine/errors.ts'
import type { Backend } from './store.ts'

/** Milliseconds until a server counts as away: for a connection, and for an answer. */
const connectTimeout = 5_000
const answerTimeout = 10_000

/** @throws FamiliarError `STORE_UNREACHABLE`, `BAD_CONFIG` for a URL that names no database of Redis */
export async function openRedis(url: string): Promise<Backend> {
  let opened = false
  const options = {
    url,
    commandOptions: { timeout: answerTimeout },
    socket: {
      connectTimeout,
      // A wrong address is to be told at once; a server that restarts is waited for.
      reconnectStrategy: (retries: number) => opened && Math.min(100 * 2 ** retries, 2_000),
    },
  }
  let client: ReturnType<typeof createClient>
  try {
    client = createClient(options)
  } catch {
    // Its message may repeat a part of the URL, which may hold a password.
    throw new FamiliarError('BAD_CONFIG', 'Expected STORE_URL to be redis://host:port/number but received another form')
  }
  // Every failing command throws; without a listener the connection's own errors would end the process.
  client.on('error', () => {})
  await client.connect().catch(cause => {
    throw unreachable(url, cause)
  })
  opened = true
  return {
    // One connection for all namespaces; an adapter puts its own in front of its keys.
    scope: namespace => ({
      adapter: new KeyvRedis(client as never, { throwOnErrors: true }),
      namespace: `familiar-${namespace}`,
      prefix: '',
    }),
    close: async () => {
      if (client.isReady) await client.close()
      else client.destroy()
    },
  }
}

/** @throws FamiliarError `STORE_UNREACHABLE` */
export async function openPostgres(url: string): Promise<Backend> {
  const create = () =>
    new KeyvPostgres({
      uri: url,
      table: 'familiar',
      iterationLimit: 500,
      connectionTimeoutMillis: connectTimeout,
      query_timeout: answerTimeout,
      log: survive,
    } as ConstructorParameters<typeof KeyvPostgres>[0])
  // The first makes the table, and finds out whether the server is there. It ends the pool that all of them share.
  const first = create()
  first.on('error', () => {})
  try {
    await first.get('')
  } catch (cause) {
    await first.disconnect()
    throw unreachable(url, cause)
  }
  return {
    scope: namespace => ({ adapter: create(), namespace, prefix: `${namespace}:` }),
    close: () => first.disconnect(),
  }
}

/**
 * When the server drops an idle connection, the pool emits an error that ends the process unless somebody listens.
 * Keyv keeps its pool to itself; the pool's log function is the one thing of ours that is called as its method.
 */
function survive(this: EventEmitter): void {
  if (this.listenerCount('error') === 0) this.on('error', () => {})
}

/** The address without user and password. */
function unreachable(url: string, cause: unknown): FamiliarError {
  const { protocol, host } = new URL(url)
  const reason = cause instanceof AggregateError ? cause.errors.map(String).join(', ') : (cause as Error).message
  return new FamiliarError(
    'STORE_UNREACHABLE',
    `Expected a store at ${protocol}//${host} but received: ${reason || String(cause)}`,
    { cause },
  )
}
