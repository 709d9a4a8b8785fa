/** A bot in a process of its own, with the platforms that it is given. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FamiliarError } from '../../engine/errors.ts'
import { QUOTA_KINDS } from '../quotas.ts'

/** Nobody is kept from asking. */
const noQuotas = Object.fromEntries(
  QUOTA_KINDS.flatMap(kind => ['', '_ALL'].map(whose => [`QUOTA_${kind.toUpperCase()}${whose}`, 'none'])),
)

/**
 * Starts it on an empty data folder. Resolves to what ends it.
 *
 * @param variables settings, as environment variables
 * @param engineModule URL of a module with another engine
 * @throws FamiliarError `BOT_FAILED` when it ends instead of starting; it has said why
 */
export async function startBot(
  variables: Readonly<Record<string, string>>,
  engineModule: string | undefined,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-bench-'))
  const child = fork(
    fileURLToPath(new URL('./bot-process.ts', import.meta.url)),
    engineModule === undefined ? [] : [engineModule],
    {
      execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
      env: { ...process.env, ...noQuotas, DATA_DIR: dataDir, WEB_PORT: '0', LOG_LEVEL: 'error', ...variables },
      stdio: ['ignore', 2, 2, 'ipc'],
    },
  )
  const ended = once(child, 'exit')
  const end = async () => {
    if (child.connected) child.disconnect()
    await ended
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const started = await Promise.race([once(child, 'message', { signal }), ended.then(() => undefined)])
    if (!started) throw new FamiliarError('BOT_FAILED', 'Expected the bot to start but it has ended')
    return end
  } catch (error) {
    await end()
    throw error
  }
}
