import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ModelInfo } from '../engine/engine.ts'
import { createMemoryRecorder, readUsedMemory } from './memory-use.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-memory-'))
})
afterEach(() => rm(folder, { recursive: true }))

const model = (name: string, device: ModelInfo['device'] = 'cpu', kind: ModelInfo['weights']['kind'] = 'f32') => ({
  name,
  fingerprint: 'f00d',
  device,
  deviceReason: 'the first that works',
  weights: { kind, reason: 'a test' },
  drawnWorldOnly: false,
})
const answering = (peakBytes: number) => ({ work: 'answering', peakBytes }) as const
const learning = (peakBytes: number) => ({ work: 'learning', peakBytes }) as const

function recorder() {
  const errors: unknown[] = []
  return { ...createMemoryRecorder(folder, error => errors.push(error)), errors }
}

it('keeps the last of each model, device, kind of weights and work, and nothing else', async () => {
  expect(await readUsedMemory(folder)).toEqual([])
  const { used, written, errors } = recorder()
  used(answering(300e6), model('storybook'))
  used(answering(410e6), model('storybook'))
  used(learning(800e6), model('storybook'))
  used(answering(350e6), model('storybook', 'cpu', 'int4'))
  used(answering(200e6), model('storybook', 'cuda'))
  used(learning(9e9), model('__proto__'))
  await written()
  // A later process takes less.
  const later = recorder()
  later.used(learning(700e6), model('storybook'))
  await later.written()
  const told = [
    { model: 'storybook', device: 'cpu', weights: 'int4', answering: 350e6 },
    { model: 'storybook', device: 'cuda', weights: 'f32', answering: 200e6 },
    { model: '__proto__', device: 'cpu', weights: 'f32', learning: 9e9 },
    { model: 'storybook', device: 'cpu', weights: 'f32', answering: 410e6, learning: 700e6 },
  ]
  expect(await readUsedMemory(folder)).toEqual(told)
  expect(await readdir(folder)).toEqual(['memory-use.json'])
  expect(JSON.parse(await readFile(join(folder, 'memory-use.json'), 'utf8'))).toEqual(told)
  expect([...errors, ...later.errors]).toEqual([])
})

it('does not write again for what is hardly another number', async () => {
  const { used, written } = recorder()
  used(answering(400e6), model('storybook'))
  used(answering(403e6), model('storybook'))
  await written()
  expect(await readUsedMemory(folder)).toMatchObject([{ answering: 400e6 }])
  used(answering(405e6), model('storybook'))
  await written()
  expect(await readUsedMemory(folder)).toMatchObject([{ answering: 405e6 }])
})

it('begins anew behind a damaged file', async () => {
  for (const text of ['{"model":', '{}', '[{"model":"storybook","device":"abacus","weights":"f32"}]']) {
    await writeFile(join(folder, 'memory-use.json'), text)
    expect(await readUsedMemory(folder), text).toEqual([])
  }
  const { used, written } = recorder()
  used(answering(400e6), model('storybook'))
  await written()
  expect(await readUsedMemory(folder)).toMatchObject([{ answering: 400e6 }])
})

it('tells why it cannot write, and goes on', async () => {
  const errors: unknown[] = []
  const notAFolder = join(folder, 'file')
  await writeFile(notAFolder, '')
  const { used, written } = createMemoryRecorder(join(notAFolder, 'data'), error => errors.push(error))
  used(answering(400e6), model('storybook'))
  used(learning(800e6), model('storybook'))
  await written()
  expect(errors).toHaveLength(2)
})
