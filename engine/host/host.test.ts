import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Lesson, ModelInfo, Reply, ReplyProgress, TeachProgress } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import { type DeviceNews, type EngineHost, type HostSettings, startEngineHost } from './client.ts'
import { folders } from './fake-engine.ts'
import type { MemoryUse } from './messages.ts'

const engineModule = new URL('./fake-engine.ts', import.meta.url).href
let host: EngineHost
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-host-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function start(settings: HostSettings = {}, modelFolder: string = folders.whole): Promise<void> {
  host = await startEngineHost({ modelFolder, device: 'cpu' }, { engineModule, ...settings })
}

const photo: RgbImage = { width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]) }
const lesson: Lesson = { name: 'Mắm', kind: 'pet', photos: [photo, photo, photo] }

describe('calls', () => {
  beforeAll(() => start())
  afterAll(() => host.close())

  it('carry typed arrays there and back, and progress in order', async () => {
    expect(host.model).toEqual(expect.objectContaining({ name: 'fake', fingerprint: 'f00d' }))
    const progress: TeachProgress[] = []
    const concept = await host.teach(lesson, { progress: step => progress.push(step) })
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(concept.name).toBe('Mắm')
    expect(concept.embedding).toEqual(Float32Array.from({ length: 24 }, (_, index) => index / 2))
    expect(concept.head).toEqual(new Float32Array(24).fill(2))

    // The picture is part of a larger buffer.
    const cut = { ...photo, data: new Uint8Array([9, 9, ...photo.data, 9]).subarray(2, 8) }
    const answer = await host.reply({ text: 'hello', images: [cut] })
    expect(answer).toEqual({ selfPrompt: 'none', text: 'hello', seed: 0, image: photo })
    expect(answer.image!.data).toBeInstanceOf(Uint8Array)
    expect(await host.recognise(photo, [concept])).toEqual([{ concept: 'Mắm', confidence: 1, present: true }])
  })

  it('overlap: an answer does not wait for a lesson', async () => {
    const order: string[] = []
    const taught = host.teach(lesson).then(() => order.push('taught'))
    await host.reply({ text: 'who is here' }).then(() => order.push('answered'))
    await taught
    expect(order).toEqual(['answered', 'taught'])
  })

  it('fail with the engine’s own code and sentence', async () => {
    const error = await host.reply({ text: 'fail BAD_TURN' }).catch(error => error)
    expect(error).toBeInstanceOf(FamiliarError)
    expect(error).toMatchObject({ code: 'BAD_TURN', message: 'Expected something else' })
    const bug = await host.reply({ text: 'bug' }).catch(error => error)
    expect(bug).not.toBeInstanceOf(FamiliarError)
    expect(bug).toMatchObject({ message: 'a bug', stack: expect.stringContaining('fake-engine.ts') })
    const unsendable = { text: 'hello', seed: (() => 1) as unknown as number }
    await expect(host.reply(unsendable)).rejects.toThrow('could not be cloned')
    expect((await host.reply({ text: 'still there' })).text).toBe('still there')
  })

  it('end with what the listener throws', async () => {
    const progress = () => {
      throw new Error('full disk')
    }
    await expect(host.teach(lesson, { progress })).rejects.toThrow('full disk')
  })

  it('do not stall this process while the engine blocks its own', { retry: 5 }, async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    let told = 0
    const answered = host.reply({ text: 'block 1000' }, { progress: () => told++ })
    await sleep(20)
    delay.enable()
    await answered
    delay.disable()
    expect(told).toBe(2)
    expect(delay.count).toBeGreaterThan(50)
    expect(delay.max / 1e6).toBeLessThan(50)
  })
})

describe('memory', () => {
  const told: MemoryUse['work'][] = []
  let most = 0
  const used = ({ work, peakBytes }: MemoryUse, model: ModelInfo) => {
    told.push(work)
    expect(peakBytes).toBeGreaterThanOrEqual(most)
    most = peakBytes
    expect(model).toBe(host.model)
  }
  beforeAll(() => start({ used }))
  afterAll(() => host.close())

  it('is told behind each answer before a lesson, behind each lesson, and not behind what follows on it', async () => {
    await host.reply({ text: 'hello' })
    await host.recognise(photo, [])
    expect(told).toEqual(['answering', 'answering'])
    // A process of Node.
    expect(most).toBeGreaterThan(20e6)
    const beside = host.reply({ text: 'wait 500' })
    await host.teach(lesson)
    await beside
    await host.reply({ text: 'hello' })
    expect(told).toEqual(['answering', 'answering', 'learning'])
    await host.restart()
    most = 0
    await host.reply({ text: 'hello' })
    expect(told.at(-1)).toBe('answering')
    expect(told).toHaveLength(4)
  })

  it('is not told of a lesson that fails', async () => {
    const before = told.length
    const stopped = host.teach({ ...lesson, name: 'Long' }, { signal: AbortSignal.timeout(50) })
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(told).toHaveLength(before)
  })
})

describe('cancelling', () => {
  beforeAll(() => start({ cancelSeconds: 1 }))
  afterAll(() => host.close())

  it('ends a lesson at its next step, in the same process', async () => {
    const { pid } = host
    const controller = new AbortController()
    const steps: number[] = []
    const taught = host.teach(
      { ...lesson, name: 'Long' },
      {
        signal: controller.signal,
        progress: ({ step }) => {
          steps.push(step)
          if (step === 5) controller.abort()
        },
      },
    )
    await expect(taught).rejects.toMatchObject({ name: 'FamiliarError', code: 'CANCELLED' })
    expect(steps.length).toBeLessThan(1000)
    expect(host.pid).toBe(pid)
    expect((await host.reply({ text: 'hello' })).text).toBe('hello')
  })

  it('never begins a call that is cancelled already', async () => {
    await expect(host.teach(lesson, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('calls an engine’s AbortError a cancelled answer', async () => {
    const answered = host.reply({ text: 'wait 30000' }, { signal: AbortSignal.timeout(60) })
    await expect(answered).rejects.toMatchObject({ code: 'CANCELLED', message: 'The answer was cancelled' })
  })

  it('replaces an engine that does not obey, and the calls beside start again', async () => {
    const { pid } = host
    const controller = new AbortController()
    const deaf = host.teach({ ...lesson, name: 'Deaf' }, { signal: controller.signal })
    const beside = [host.reply({ text: 'hello' }), host.teach(lesson)]
    await sleep(100)
    const before = performance.now()
    controller.abort()
    await expect(deaf).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(performance.now() - before).toBeLessThan(3000)
    expect(await Promise.all(beside)).toMatchObject([{ text: 'hello' }, { name: 'Mắm' }])
    expect(host.pid).not.toBe(pid)
  })
})

describe('a killed engine', () => {
  beforeAll(() => start())
  afterAll(() => host.close())

  it('fails the lesson it had, asks answers again, and takes the next call', async () => {
    const pid = host.pid!
    let answered: Promise<Reply> | undefined
    const progress = ({ step }: TeachProgress) => {
      if (step === 1) answered = host.reply({ text: 'wait 200' })
      if (step === 5) process.kill(pid, 'SIGKILL')
    }
    await expect(host.teach(lesson, { progress })).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: 'Expected the engine to finish the lesson but its process ended with SIGKILL, as when memory runs out',
    })
    expect((await answered)?.text).toBe('wait 200')
    expect(host.pid).not.toBe(pid)
    expect((await host.teach(lesson)).name).toBe('Mắm')
  })

  it('does not fail a lesson that comes before its end is noticed', async () => {
    process.kill(host.pid!, 'SIGKILL')
    expect((await host.teach(lesson)).name).toBe('Mắm')
  })

  it('tells every word of an answer once', async () => {
    const text = `crash ${join(scratch, 'crashed')} and go on`
    const told: string[] = []
    const progress = (part: ReplyProgress) => part.type === 'text' && told.push(part.delta)
    expect((await host.reply({ text }, { progress })).text).toBe(text)
    expect(told.join('')).toBe(text)
  })

  it('fails an answer that crashes it twice', async () => {
    const failed = expect(host.reply({ text: 'wait 30000' })).rejects.toMatchObject({ code: 'ENGINE_CRASHED' })
    for (let time = 0; time < 2; time++) {
      const { pid } = host
      await sleep(50)
      process.kill(pid!, 'SIGKILL')
      while (host.pid === pid) await sleep(10)
      if (time === 0) await host.recognise(photo, [])
    }
    await failed
    expect((await host.reply({ text: 'hello' })).text).toBe('hello')
  })
})

describe('a lost device', () => {
  const news: DeviceNews[] = []
  beforeEach(() => {
    news.length = 0
    return start({ report: each => news.push(each) })
  })
  afterEach(() => host.close())

  it('ends the engine that had it; the next one knows what was lost, and answers', async () => {
    const { pid } = host
    let answered: Promise<Reply> | undefined
    const progress = ({ step }: TeachProgress) => {
      if (step === 1) answered = host.reply({ text: 'wait 300' })
    }
    await expect(host.teach({ ...lesson, name: 'Lost' }, { progress })).rejects.toMatchObject({
      code: 'DEVICE_LOST',
      message: 'Expected webgpu to go on computing but its device was lost',
    })
    expect((await answered)?.text).toBe('wait 300')
    expect(host.pid).not.toBe(pid)
    expect(isAlive(pid!)).toBe(false)
    expect(host.model).toMatchObject({ device: 'webgpu', deviceReason: 'lost: webgpu' })
    expect((await host.teach({ ...lesson, name: 'Lost' })).name).toBe('Lost')
    expect(news).toEqual([
      {
        type: 'lost',
        device: 'webgpu',
        reason: 'Expected webgpu to go on computing but its device was lost',
      },
      { type: 'replaced', device: 'webgpu', reason: 'lost: webgpu' },
    ])
  })

  it('fails an answer over which it is lost twice, and every loss is passed on', async () => {
    await expect(host.reply({ text: 'lose' })).rejects.toMatchObject({ code: 'DEVICE_LOST' })
    expect((await host.reply({ text: 'hello' })).text).toBe('hello')
    expect(host.model).toMatchObject({ device: 'cpu', deviceReason: 'lost: webgpu,webgpu' })
    expect(news.map(({ type, device }) => `${type} ${device}`)).toEqual([
      'lost webgpu',
      'replaced webgpu',
      'lost webgpu',
      'replaced cpu',
    ])
    await host.restart()
    expect(news).toHaveLength(4)
  })
})

describe('starting and ending', () => {
  afterEach(() => host.close())

  it('passes on why the engine cannot be opened', async () => {
    await expect(start({}, folders.missing)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: 'Expected a model but received an empty folder',
    })
    await expect(start({}, folders.fatal)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: 'Expected the engine to start but its process ended with exit code 7',
    })
  })

  it('restarts on demand, and calls under way start again', async () => {
    await start()
    const { pid } = host
    const taught = host.teach(lesson)
    await sleep(50)
    await host.restart()
    expect(host.pid).not.toBe(pid)
    expect((await taught).name).toBe('Mắm')
  })

  it('closes: calls under way fail, later ones too, and the process is gone', async () => {
    await start()
    const pid = host.pid!
    const failed = expect(host.teach(lesson)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
    await host.close()
    await failed
    expect(isAlive(pid)).toBe(false)
    await expect(host.reply({ text: 'hello' })).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
    await expect(host.restart()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  })

  it('kills an engine that does not close in time', async () => {
    await start({ closeSeconds: 0.2 }, folders.neverCloses)
    const pid = host.pid!
    const before = performance.now()
    await host.close()
    expect(performance.now() - before).toBeLessThan(1500)
    expect(isAlive(pid)).toBe(false)
  })

  it('ends with a parent that is killed', async () => {
    const { stdout, signal } = await runParent(`console.log(host.pid); process.kill(process.pid, 'SIGKILL')`)
    expect(signal).toBe('SIGKILL')
    await gone(Number(stdout))
  })

  it('ends with a parent that exits while a run blocks', async () => {
    const { stdout, code } = await runParent(`
      host.reply({ text: 'block 60000' })
      setTimeout(() => { console.log(host.pid); process.exit(3) }, 300)`)
    expect(code).toBe(3)
    await gone(Number(stdout))
  })

  it('does not keep a parent that has nothing more to do, nor write to its stdout', async () => {
    const script = `const { text } = await host.reply({ text: 'hello' }); console.log(text)`
    expect(await runParent(script)).toMatchObject({ stdout: 'hello\n', code: 0 })
  })
})

/** Runs a script in a process of its own that has started a `host`. */
function runParent(script: string): Promise<{ stdout: string; code: number | null; signal: NodeJS.Signals | null }> {
  const client = new URL('./client.ts', import.meta.url).href
  const options = JSON.stringify({ modelFolder: folders.talkative, device: 'cpu' })
  const source = `
    import { startEngineHost } from '${client}'
    const host = await startEngineHost(${options}, { engineModule: '${engineModule}' })
    ${script}`
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { timeout: 10_000 },
      (_, stdout) => resolve({ stdout, code: child.exitCode, signal: child.signalCode }),
    )
  })
}

async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(0)
  for (let wait = 0; isAlive(pid) && wait < 200; wait++) await sleep(20)
  expect(isAlive(pid)).toBe(false)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
