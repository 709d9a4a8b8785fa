/**
 * A GPU that is lost in the middle of a lesson, in the real engine's process: the driver in software is wrapped into one
 * that is lost when a file says so (losing-driver.c, made here by a C compiler).
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Lesson, TeachProgress } from '../../engine/engine.ts'
import { type DeviceNews, type EngineHost, startEngineHost } from '../../engine/host/client.ts'
import { createRandom } from '../../engine/random.ts'
import { writeRandomStorybook } from '../fakes/storybook-model.ts'
import { keptStep } from '../kept-step.ts'
import { softwareDriver } from './vulkan.ts'

let scratch: string
let file: string
let host: EngineHost
const news: DeviceNews[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lost-device-'))
  file = join(scratch, 'lost')
  const library = join(scratch, 'liblosing.so')
  const source = fileURLToPath(new URL('./losing-driver.c', import.meta.url))
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Werror', '-o', library, source, '-ldl'])
  const { ICD } = softwareDriver()
  const manifest = join(scratch, 'losing.json')
  await writeFile(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD: { ...ICD, library_path: library } }))
  Object.assign(process.env, { VK_ICD_FILENAMES: manifest, LOSING_DRIVER: ICD.library_path, LOSING_FILE: file })
  await writeRandomStorybook(scratch)
})
afterEach(async () => {
  await host.close()
  rmSync(file, { force: true })
  news.length = 0
})
afterAll(() => rm(scratch, { recursive: true }))

const random = createRandom('lost device')
const photo = () => {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, () => random.integer(256))
  return { width: 64, height: 64, data }
}
const lesson: Lesson = { name: 'Mắm', kind: 'pet', photos: [photo(), photo(), photo()], length: 'quick', seconds: 600 }

async function start(device: 'auto' | 'webgpu'): Promise<void> {
  host = await startEngineHost({ modelFolder: scratch, device }, { report: each => news.push(each) })
  expect(host.model.device).toBe('webgpu')
}

/** Loses the device soon after a lesson has begun: on a driver in software its first looks take minutes. */
const teachAndLose = (submissions = 5, given = lesson) =>
  host.teach(given, { progress: () => existsSync(file) || writeFileSync(file, `${submissions}`) })

/** Where a lesson was broken off that had come to its first steps. */
async function breakOff(path: string): Promise<void> {
  host = await startEngineHost({ modelFolder: scratch, device: 'cpu' })
  const controller = new AbortController()
  const broken = host.teach({ ...lesson, checkpoint: { path, seconds: 0 } }, { signal: controller.signal })
  const cancelled = expect(broken).rejects.toMatchObject({ code: 'CANCELLED' })
  // A lesson that ends before that says why, instead of never.
  await Promise.race([keptStep(path, 1), broken])
  controller.abort()
  await cancelled
  await host.close()
}

describe('a GPU that is lost in the middle of a lesson', { timeout: 600_000 }, () => {
  let reached: string
  beforeAll(async () => {
    reached = join(scratch, 'reached.safetensors')
    await breakOff(reached)
  }, 600_000)

  it.each(['auto', 'webgpu'] as const)('with DEVICE=%s: the lesson goes on on the CPU', async device => {
    const path = join(scratch, 'checkpoint.safetensors')
    await copyFile(reached, path)
    const given = { ...lesson, checkpoint: { path } }
    await start(device)
    await expect(teachAndLose(5, given)).rejects.toMatchObject({
      code: 'DEVICE_LOST',
      message: expect.stringMatching(
        /^Expected webgpu to go on computing but its device was lost.*\[Device\] is lost$/,
      ),
    })
    expect(readFileSync(file, 'utf8')).toBe('0')
    const told: TeachProgress[] = []
    expect((await host.teach(given, { progress: progress => told.push(progress) })).name).toBe('Mắm')
    expect(told[0]).toMatchObject({ phase: 'looking', secondsBefore: expect.any(Number) })
    expect(told[0]!.step).toBeGreaterThan(0)
    expect(host.model.device).toBe('cpu')
    expect(host.model.deviceReason).toMatch(/\(not usable: .*webgpu.*; webgpu was lost while it computed\)$/)
    expect(news.map(({ type, device }) => `${type} ${device}`)).toEqual(['lost webgpu', 'replaced cpu'])
  })

  it('that is gone before the next session is made is noticed as well', async () => {
    await start('auto')
    await expect(teachAndLose(0)).rejects.toMatchObject({
      code: 'DEVICE_LOST',
      message: expect.stringContaining('Failed to get a WebGPU device'),
    })
    expect((await host.reply({ text: 'hello' })).selfPrompt).toBe('none')
    expect(host.model.device).toBe('cpu')
  })

  it('that works again is used again, and left alone when it is lost once more', async () => {
    await start('auto')
    await expect(teachAndLose()).rejects.toMatchObject({ code: 'DEVICE_LOST' })
    rmSync(file)
    await host.restart()
    expect(host.model.device).toBe('webgpu')
    await expect(teachAndLose()).rejects.toMatchObject({ code: 'DEVICE_LOST' })
    rmSync(file)
    await host.restart()
    expect(host.model.device).toBe('cpu')
    expect(host.model.deviceReason).toContain('webgpu was lost 2 times and is left alone until the next start')
  })
})
