/** What the settings name outside of this program: a store, an address for the page, a list. */
import { createServer } from 'node:net'
import { FamiliarError } from '../../engine/errors.ts'
import type { Config } from '../config.ts'
import { readBlockList } from '../conversation/safety.ts'
import { type Check, judge } from './check.ts'

/** Asks the server that STORE_URL names something. */
export async function checkStore(url: string): Promise<Check> {
  const { ok, problem } = judge('store')
  const { openPostgres, openRedis } = await import('../storage/servers.ts')
  const redis = /^rediss?:/.test(url)
  try {
    const backend = await (redis ? openRedis(url) : openPostgres(url))
    await backend.close()
    return ok(`${redis ? 'Redis' : 'PostgreSQL'} at ${new URL(url).host} answers`)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return problem(error.message, 'start the server, or correct STORE_URL')
  }
}

export async function checkBlockList(path: string): Promise<Check> {
  const { ok, problem } = judge('block list')
  try {
    const terms = await readBlockList(path)
    return ok(`${terms.length} ${terms.length === 1 ? 'term' : 'terms'} in ${path}`)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return problem(error.message, 'correct BLOCK_LIST, or let this user read the file')
  }
}

/** Whether the page's address is free, or Familiar is what has it. */
export async function checkPage({ host, port }: Config['web']): Promise<Check> {
  const { ok, problem } = judge('page')
  if (port === 0) return ok(`any free port of ${host}`)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const taken = await listenError(host, port)
  if (taken === undefined) return ok(`${url} is free`)
  if (taken === 'EADDRINUSE' && (await isFamiliar(url))) return ok(`Familiar is running at ${url}`)
  if (taken === 'EADDRINUSE') return problem(`another program is at ${url}`, 'end it, or set WEB_PORT to another port')
  return problem(`${url} cannot be opened (${taken})`, 'correct WEB_HOST and WEB_PORT')
}

/** Code of the error with which nothing can listen there, or nothing. */
export function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

async function isFamiliar(url: string): Promise<boolean> {
  try {
    // On all interfaces, it is reached at this machine's own.
    const own = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
    const response = await fetch(own, { signal: AbortSignal.timeout(3000) })
    return /<title>[^<]*Familiar/.test(await response.text())
  } catch {
    return false
  }
}
