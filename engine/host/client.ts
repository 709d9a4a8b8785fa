/**
 * The engine in a process of its own. A model's run blocks its thread, and a lesson can exhaust memory or crash a
 * driver; here the bot's process neither waits nor falls with it. Whatever happens to the child, the next call works:
 *
 * - A child that ends unasked is replaced with the next call. The calls it had: `reply` and `recognise` change nothing
 *   and are asked once more; a `teach` that had begun fails with ENGINE_CRASHED, because the lesson itself is the
 *   likeliest cause.
 * - A child whose device was lost (a driver's reset) can never compute on it again, so it is ended as soon as one of its
 *   calls says so, and what it had is treated like a crash, except that a `teach` fails with DEVICE_LOST. The next child
 *   looks for a device anew, and knows what was lost.
 * - A call whose signal fires is cancelled by message. When the child does not obey in time, because one run takes that
 *   long, it is killed, and the calls beside the cancelled one start again in a new child.
 * - A child never outlives this process, and an idle one does not keep it from ending.
 */
import type { Engine, EngineOptions, Job, ModelInfo } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { Device } from '../runtime/session.ts'
import { type EngineProcess, forkEngine } from './engine-process.ts'
import { type Call, type Calls, fromFailure, type HostResponse, type MemoryUse, type Method } from './messages.ts'

export interface EngineHost extends Engine {
  /** The engine's process, while there is one. */
  readonly pid: number | undefined
  /** Replaces the child now; calls under way start again in the new one. */
  restart(): Promise<void>
}

export interface HostSettings {
  /** URL of a module that exports `createLocalEngine(options)`. */
  readonly engineModule?: string
  /** How long a cancelled call may go on before the child is killed; default 3. */
  readonly cancelSeconds?: number
  /** How long the child may take to end in order when it is closed; default 5. */
  readonly closeSeconds?: number
  /** Told of lost devices, and of what is computed on instead. */
  readonly report?: (news: DeviceNews) => void
  /** Told what the engine's process has taken, and with which model, when a call ends that shows it. */
  readonly used?: (memory: MemoryUse, model: ModelInfo) => void
}

export type DeviceNews =
  | { readonly type: 'lost'; readonly device: Device; readonly reason: string }
  | { readonly type: 'replaced'; readonly device: Device; readonly reason: string }

/**
 * Starts the child and opens the engine in it.
 *
 * @throws what opening the engine throws, or FamiliarError `ENGINE_CRASHED` when the child ended over it
 */
export async function startEngineHost(options: EngineOptions, settings: HostSettings = {}): Promise<EngineHost> {
  const client = new Client(options, {
    engineModule: new URL('../local.ts', import.meta.url).href,
    cancelSeconds: 3,
    closeSeconds: 5,
    report: () => {},
    used: () => {},
    ...settings,
  })
  await client.open()
  return client
}

/** A call from its start to its end, through one child or more. */
interface PendingCall {
  readonly id: number
  readonly call: Call
  readonly signal: AbortSignal | undefined
  readonly progress: ((progress: never) => void) | undefined
  readonly settle: (end: { output: Calls[Method]['output'] } | { error: Error }) => void
  /** The child that was asked; none while one is being opened. */
  child?: Child
  /** Whether the present child has received it. */
  begun: boolean
  crashes: number
  /** Characters of text that were passed on. */
  told: number
  /** Characters of text that the present child has still to repeat before it comes to new ones. */
  repeating: number
}

interface Child {
  readonly process: EngineProcess
  readonly opened: Promise<ModelInfo>
  /** Killed by us, so that its end is no call's fault. */
  replaced: boolean
  /** Why it is being ended: its device was lost. */
  lost?: Error
}

const mayBeAskedAgain: Readonly<Record<Method, boolean>> = { teach: false, reply: true, recognise: true }
const nouns: Readonly<Record<Method, string>> = { teach: 'lesson', reply: 'answer', recognise: 'recognition' }

class Client implements EngineHost {
  model!: ModelInfo
  readonly #options: EngineOptions
  readonly #settings: Required<HostSettings>
  readonly #pending = new Map<number, PendingCall>()
  #child: Child | undefined
  #nextId = 1
  readonly #lostDevices: Device[] = []
  /** A device was lost, and no child has been opened since. */
  #lost = false
  #closing: Promise<void> | undefined

  constructor(options: EngineOptions, settings: Required<HostSettings>) {
    this.#options = options
    this.#settings = settings
  }

  get pid() {
    return this.#child?.process.pid
  }

  teach(input: Calls['teach']['input'], job?: Job<Calls['teach']['progress']>) {
    return this.#call({ method: 'teach', input }, job) as Promise<Calls['teach']['output']>
  }

  reply(input: Calls['reply']['input'], job?: Job<Calls['reply']['progress']>) {
    return this.#call({ method: 'reply', input }, job) as Promise<Calls['reply']['output']>
  }

  recognise(
    image: Calls['recognise']['input']['image'],
    among: Calls['recognise']['input']['among'],
  ): Promise<Calls['recognise']['output']> {
    const call: Call = { method: 'recognise', input: { image, among } }
    return this.#call(call) as Promise<Calls['recognise']['output']>
  }

  async open(): Promise<void> {
    await this.#openChild().opened
  }

  async restart(): Promise<void> {
    if (this.#closing) throw closed()
    const child = this.#child
    if (child) {
      this.#replace(child)
      await child.process.ended
      if (this.#closing) throw closed()
    }
    await this.open()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const pending of [...this.#pending.values()]) pending.settle({ error: closed() })
    const child = this.#child
    if (!child) return
    child.process.hold(true)
    child.process.send({ type: 'close' })
    const timer = setTimeout(() => child.process.kill(), this.#settings.closeSeconds * 1000)
    await child.process.ended
    clearTimeout(timer)
  }

  #call(call: Call, job: Job<never> = {}): Promise<Calls[Method]['output']> {
    const { progress, signal } = job
    if (this.#closing) return Promise.reject(closed())
    if (signal?.aborted) return Promise.reject(cancelled(call.method))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      const cancel = () => this.#cancel(pending)
      const settle: PendingCall['settle'] = end => {
        if (!this.#pending.delete(id)) return
        signal?.removeEventListener('abort', cancel)
        if (this.#pending.size === 0) this.#child?.process.hold(false)
        if ('error' in end) reject(end.error)
        else resolve(end.output)
      }
      const pending: PendingCall = {
        id,
        call,
        signal,
        progress,
        settle,
        begun: false,
        crashes: 0,
        told: 0,
        repeating: 0,
      }
      this.#pending.set(id, pending)
      signal?.addEventListener('abort', cancel, { once: true })
      void this.#ask(pending)
    })
  }

  /** Sends a call to the child, once there is one that is open. */
  async #ask(pending: PendingCall): Promise<void> {
    const child = this.#openChild()
    child.process.hold(true)
    try {
      await child.opened
      // Cancelled meanwhile.
      if (!this.#pending.has(pending.id)) return
      pending.child = child
      pending.begun = false
      pending.repeating = pending.told
      child.process.send({ type: 'call', id: pending.id, ...pending.call })
    } catch (error) {
      if (child.replaced && this.#pending.has(pending.id)) return this.#ask(pending)
      pending.settle({ error: error as Error })
    }
  }

  #openChild(): Child {
    if (this.#child) return this.#child
    let opened!: (model: ModelInfo) => void
    let notOpened!: (error: Error) => void
    const child: Child = {
      process: forkEngine(this.#settings.engineModule, response => {
        if (response.type === 'opened') opened(response.model)
        else if (response.type === 'not-opened') notOpened(fromFailure(response.failure))
        else this.#receive(child, response)
      }),
      opened: new Promise((resolve, reject) => {
        opened = model => {
          this.model = model
          if (this.#lost) this.#settings.report({ type: 'replaced', device: model.device, reason: model.deviceReason })
          this.#lost = false
          resolve(model)
          if (this.#pending.size === 0) child.process.hold(false)
        }
        notOpened = reject
      }),
      replaced: false,
    }
    // Whoever waits for it hears of a failure; nobody may be waiting.
    child.opened.catch(() => {})
    void child.process.ended.then(how => {
      notOpened(crashed('start', how))
      this.#ended(child, how)
    })
    this.#child = child
    child.process.send({ type: 'open', options: { ...this.#options, lostDevices: this.#lostDevices } })
    return child
  }

  #receive(child: Child, response: Extract<HostResponse, { id: number }>): void {
    const pending = this.#pending.get(response.id)
    // A call that was settled here may still be under way there.
    if (pending?.child !== child) return
    switch (response.type) {
      case 'begun':
        pending.begun = true
        break
      case 'progress':
        this.#report(pending, response.progress)
        break
      case 'done':
        if (response.memory) this.#settings.used(response.memory, this.model)
        pending.settle({ output: response.output })
        break
      case 'failed':
        this.#failed(child, pending, fromFailure(response.failure))
    }
  }

  #failed(child: Child, pending: PendingCall, error: Error): void {
    if (pending.signal?.aborted) pending.settle({ error: cancelled(pending.call.method) })
    else if (error instanceof FamiliarError && error.code === 'DEVICE_LOST') this.#loseDevice(child, error)
    else pending.settle({ error })
  }

  /** Every call of the child fails from now on; its end settles them all. */
  #loseDevice(child: Child, error: Error): void {
    if (child.lost) return
    child.lost = error
    const { device } = this.model
    this.#lostDevices.push(device)
    this.#lost = true
    this.#settings.report({ type: 'lost', device, reason: error.message })
    child.process.kill()
  }

  /** Passes progress on; a call that is asked again says the same text again, of which only what is new is told. */
  #report(pending: PendingCall, progress: Calls[Method]['progress']): void {
    let told: Calls[Method]['progress'] = progress
    if ('delta' in progress) {
      const delta = progress.delta.slice(pending.repeating)
      pending.repeating -= progress.delta.length - delta.length
      pending.told += delta.length
      if (delta === '') return
      told = { type: 'text', delta }
    }
    try {
      pending.progress?.(told as never)
    } catch (error) {
      // As in an engine of this process, what the listener throws ends the call.
      pending.child?.process.send({ type: 'cancel', id: pending.id })
      pending.settle({ error: error as Error })
    }
  }

  #cancel(pending: PendingCall): void {
    const { child, id, call } = pending
    if (!child) {
      pending.settle({ error: cancelled(call.method) })
      return
    }
    child.process.send({ type: 'cancel', id })
    const overdue = () => {
      if (this.#pending.has(id)) this.#replace(child)
    }
    setTimeout(overdue, this.#settings.cancelSeconds * 1000).unref()
  }

  #replace(child: Child): void {
    child.replaced = true
    child.process.kill()
  }

  /** Settles the calls of a child that has gone, or asks another child. */
  #ended(child: Child, how: string): void {
    if (this.#child === child) this.#child = undefined
    for (const pending of [...this.#pending.values()]) {
      if (pending.child !== child) continue
      const { method } = pending.call
      if (pending.signal?.aborted) pending.settle({ error: cancelled(method) })
      else if (child.replaced || ((mayBeAskedAgain[method] || !pending.begun) && pending.crashes++ === 0)) {
        pending.child = undefined
        void this.#ask(pending)
      } else pending.settle({ error: child.lost ?? crashed(`finish the ${nouns[method]}`, how) })
    }
  }
}

const cancelled = (method: Method) => new FamiliarError('CANCELLED', `The ${nouns[method]} was cancelled`)

const closed = () => new FamiliarError('ENGINE_CLOSED', 'Expected an open engine but it was closed')

const crashed = (task: string, how: string) =>
  new FamiliarError(
    'ENGINE_CRASHED',
    `Expected the engine to ${task} but its process ended with ${how}${how === 'SIGKILL' ? ', as when memory runs out' : ''}`,
  )
