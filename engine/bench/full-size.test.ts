import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { type FullSizeOptions, type FullSizeReport, measureFullSize } from './full-size.ts'
import { fullSizeTable } from './full-size-table.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'full-size-'))
})
afterAll(() => rm(scratch, { recursive: true }))

function options(name: string, given: Partial<FullSizeOptions> = {}): FullSizeOptions & { notes: string[] } {
  const notes: string[] = []
  const source = { name, folder: golden(name) }
  const signal = new AbortController().signal
  return { source, weights: 'auto', device: 'cpu', signal, note: what => notes.push(what), notes, ...given }
}

describe('measureFullSize', () => {
  it('measures every kind of weights, each part in a process of its own', async () => {
    const keepIn = join(scratch, 'janus')
    const told: FullSizeReport[] = []
    const report = await measureFullSize(options('janus-a', { keepIn, progress: report => told.push(report) }))
    expect(told.map(({ kinds }) => [kinds.length, Object.keys(kinds.at(-1)!.learning ?? {}).length])).toEqual(
      [1, 2, 3, 4].flatMap(count => [
        [count, 0],
        [count, 1],
        [count, 3],
      ]),
    )
    expect(told.at(-1)).toEqual(report)
    expect(report.model.parameters).toBeGreaterThan(10_000)
    expect(report.kinds.map(({ kind }) => kind)).toEqual(['f32', 'f16', 'int8', 'int4'])
    const read = new Map(report.kinds.map(({ kind, answering }) => [kind, answering.text.bytes]))
    expect(read.get('int8')).toBeLessThan(read.get('f32')!)
    expect(read.get('int4')).toBeLessThan(read.get('int8')!)
    for (const { machine, answering, learning } of report.kinds) {
      expect(machine.operationsPerSecond).toBeGreaterThan(1e8)
      expect(machine.bytesPerSecond).toBeGreaterThan(1e7)
      // 16 codes, the prompt and the pixels.
      const { request, drawing, pixels, picture } = answering
      expect(picture.seconds).toBeCloseTo(16 * drawing.seconds + request.seconds + pixels.seconds, 9)
      expect(pixels.cpuSeconds).toBeGreaterThan(0)
      expect(picture.cpuSeconds).toBeGreaterThan(pixels.cpuSeconds)
      expect(answering.loadSeconds).toBeGreaterThan(answering.text.seconds)
      expect(answering.peakBytes).toBeGreaterThan(30e6)
      expect(learning!.drawing).toMatchObject({ examples: 1, positions: 64 + 16 + 16 })
      expect(learning!.question).toMatchObject({ examples: 1, positions: 72 })
      expect(learning!.questions).toMatchObject({ examples: 8, positions: 72 })
      expect(learning!.questions!.operations).toBe(8 * learning!.question!.operations)
      expect(learning!.questions!.operations).toBeGreaterThan(learning!.drawing.operations)
    }
    const table = fullSizeTable(report)
    expect(table.match(/^Drawing, guided +\S+ steps\/s +\d+ % of \S+, which reading \S+ GB allows$/gm)).toHaveLength(4)
    expect(table.match(/^A picture +\S+ s \(\S+ s of processor time\) +of which /gm)).toHaveLength(4)
    expect(
      table.match(/^Learning from questions, 8 × 72 +\S+ s \(\S+ s of processor time\), \S+ GFLOP\/s +\d+ % of the/gm),
    ).toHaveLength(4)
    // It stays where it was asked for.
    expect((await openCheckpoint(keepIn)).has('lm_head.weight')).toBe(false)
  }, 600_000)

  it('leaves out what does not fit, and learns without reading where that fits', async () => {
    const { notes, ...given } = options('chameleon-a', { freeMemory: () => 1e5 })
    expect((await measureFullSize(given)).kinds).toEqual([])
    expect(notes.filter(note => /^(f32|f16|int8|int4) is left out: it takes /.test(note))).toHaveLength(4)

    const wished = options('chameleon-a', { freeMemory: () => 1e5, weights: 'f32' })
    const [figures] = (await measureFullSize(wished)).kinds
    expect(figures?.learning?.drawing.seconds).toBeGreaterThan(0)
    expect(figures?.learning?.questions).toBeUndefined()
  }, 300_000)

  it('ends with the signal, and removes what it wrote', async () => {
    const before = (await readdir(tmpdir())).filter(name => name.startsWith('familiar-random-'))
    const controller = new AbortController()
    const note = (what: string) => /answering/.test(what) && controller.abort()
    const stopped = measureFullSize({ ...options('janus-a'), note, signal: controller.signal })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    const after = (await readdir(tmpdir())).filter(name => name.startsWith('familiar-random-'))
    expect(after.filter(name => !before.includes(name))).toEqual([])
  }, 300_000)

  it('refuses a name whose shapes are not known', async () => {
    const source = { name: 'anole-7b', hub: { repository: 'leloy/Anole-7b-v0.1-hf', revision: 'main' } }
    await expect(measureFullSize(options('janus-a', { source }))).rejects.toMatchObject({
      code: 'NO_SHAPES',
      message: expect.stringContaining('janus-pro-1b, janus-pro-7b or a folder'),
    })
  })
})
