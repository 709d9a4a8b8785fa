/**
 * The engine's process: opens an engine and answers the messages of `messages.ts`. Forked by `engine-process.ts`; the
 * first argument is the URL of the module whose `createLocalEngine(options)` makes the engine. Calls run side by side as
 * they come; the engine decides what waits for what. The process ends when its parent closes it or disappears.
 */
import type { Engine, EngineOptions } from '../engine.ts'
import { peakMemory } from '../runtime/memory.ts'
import {
  type Call,
  type Calls,
  type HostRequest,
  type HostResponse,
  type MemoryUse,
  type Method,
  toFailure,
} from './messages.ts'

const [, , engineModule] = process.argv as [string, string, string]
const running = new Map<number, AbortController>()
let engine: Engine | undefined
/** Whether a lesson has begun: what it has taken is used again rather than given back. */
let hasTaught = false

process.on('message', receive)
process.on('disconnect', () => process.exit())
// The parent may have gone while this file was loaded.
if (!process.connected) process.exit()

// Ctrl-C and service managers signal the whole group; the parent decides when the engine ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

function receive(request: HostRequest): void {
  switch (request.type) {
    case 'open':
      void open(request.options)
      break
    case 'call':
      void call(request.id, request)
      break
    case 'cancel':
      running.get(request.id)?.abort()
      break
    case 'close':
      void close()
  }
}

async function open(options: EngineOptions): Promise<void> {
  try {
    const { createLocalEngine } = (await import(engineModule)) as EngineModule
    engine = await createLocalEngine(options)
    send({ type: 'opened', model: engine.model })
  } catch (error) {
    send({ type: 'not-opened', failure: toFailure(error) }, () => process.exit(1))
  }
}

interface EngineModule {
  createLocalEngine(options: EngineOptions): Promise<Engine>
}

async function call(id: number, request: Call): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  send({ type: 'begun', id })
  try {
    const output = await perform(request, controller.signal, progress => send({ type: 'progress', id, progress }))
    send({ type: 'done', id, output, ...memoryBehind(request) })
  } catch (error) {
    send({ type: 'failed', id, failure: toFailure(error) })
  } finally {
    running.delete(id)
  }
}

function memoryBehind({ method }: Call): { memory?: MemoryUse } {
  if (method !== 'teach' && hasTaught) return {}
  return { memory: { work: method === 'teach' ? 'learning' : 'answering', peakBytes: peakMemory() } }
}

function perform(
  request: Call,
  signal: AbortSignal,
  progress: (progress: Calls[Method]['progress']) => void,
): Promise<Calls[Method]['output']> {
  // The parent sends calls only once the engine is open.
  const opened = engine!
  switch (request.method) {
    case 'teach':
      hasTaught = true
      return opened.teach(request.input, { progress, signal })
    case 'reply':
      return opened.reply(request.input, { progress, signal })
    case 'recognise':
      return opened.recognise(request.input.image, request.input.among)
  }
}

async function close(): Promise<void> {
  for (const controller of running.values()) controller.abort()
  try {
    await engine?.close()
  } finally {
    process.exit()
  }
}

/** With a callback, so that a parent that has just gone is no error here: `disconnect` ends this process. */
function send(response: HostResponse, sent: () => void = () => {}): void {
  if (process.connected) process.send!(response, undefined, undefined, sent)
}
