/** One child process that runs `server.ts`: starting it, sending to it, and learning how it ended. */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { memoryArguments, memoryEnvironment } from '../runtime/memory.ts'
import type { HostRequest, HostResponse } from './messages.ts'

export interface EngineProcess {
  readonly pid: number | undefined
  /** @throws what structured cloning throws for a message that cannot be sent, such as one that holds a function */
  send(request: HostRequest): void
  kill(): void
  /** While held, it keeps this process from ending by itself. */
  hold(held: boolean): void
  /** How it ended, such as "SIGKILL" or "exit code 1", once everything that it sent was received. Never rejects. */
  readonly ended: Promise<string>
}

/**
 * Starts an engine's process.
 *
 * @param engineModule URL of the module that exports `createLocalEngine`
 */
export function forkEngine(engineModule: string, receive: (response: HostResponse) => void): EngineProcess {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [engineModule], {
    // Not this process's own: a debugger's port, for one, is taken.
    execArgv: [...memoryArguments, '--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
    env: { ...process.env, ...memoryEnvironment },
    serialization: 'advanced',
    // Drivers write to stdout as they like; this process's stdout may be read by a program.
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  child.on('message', response => receive(response as HostResponse))
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      // Its last messages may still be on their way; the channel closes after them.
      if (child.connected) child.once('disconnect', () => resolve(how))
      else resolve(how)
    })
  })
  const kill = () => void child.kill('SIGKILL')
  // It would end by itself when the channel closes, but only after the run that blocks it.
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  return {
    pid: child.pid,
    // A failure to deliver means that the child is ending, which `ended` tells.
    send: request => void child.send(request, () => {}),
    kill,
    hold: held => {
      for (const handle of [child, child.channel]) held ? handle?.ref() : handle?.unref()
    },
    ended,
  }
}
