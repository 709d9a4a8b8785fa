/** Measuring in processes that do nothing else, so that each one's memory is its own. */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Failure, fromFailure } from '../host/messages.ts'
import { memoryEnvironment } from '../runtime/memory.ts'
import type { FiguresOf, OptionsOf, Part } from './full-size-process.ts'

/** What a part says in a process of its own, which has ended then. */
export async function inProcess<P extends Part>(
  part: P,
  options: OptionsOf<P>,
  signal: AbortSignal,
): Promise<FiguresOf<P>> {
  signal.throwIfAborted()
  const path = fileURLToPath(new URL('./full-size-process.ts', import.meta.url))
  const child = fork(path, [part, JSON.stringify(options)], {
    execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
    env: { ...process.env, ...memoryEnvironment },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  process.once('exit', kill)
  try {
    const said = await new Promise<{ figures?: FiguresOf<P>; failure?: Failure }>((resolve, reject) => {
      let message = {}
      child.on('message', received => {
        message = received as object
      })
      child.once('error', reject)
      child.once('exit', (code, name) => resolve(code === 0 ? message : { failure: ended(part, code, name) }))
    })
    signal.throwIfAborted()
    if (said.failure) throw fromFailure(said.failure)
    return said.figures as FiguresOf<P>
  } finally {
    signal.removeEventListener('abort', kill)
    process.off('exit', kill)
  }
}

function ended(part: Part, code: number | null, signal: string | null): Failure {
  const how = signal === null ? `exit code ${code}` : `${signal}: there may be too little memory`
  return { code: 'BENCH_FAILED', message: `Expected the process that measures ${part} to finish but received ${how}` }
}
