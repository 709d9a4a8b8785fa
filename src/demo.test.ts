import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Concept, Lesson, TeachProgress, Turn } from '../engine/engine.ts'
import { FamiliarError } from '../engine/errors.ts'
import type { EngineHost } from '../engine/host/client.ts'
import { parseConfig } from './config.ts'
import { type DemoOptions, type DemoReport, runDemo } from './demo.ts'

let folder = ''
let out = ''
let err = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-'))
  out = ''
  err = ''
  vi.spyOn(console, 'log').mockImplementation((text = '') => {
    out += `${text}\n`
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** An engine that knows what the demo will ask. */
function fakeEngine(over: Partial<EngineHost> = {}) {
  const asked: Turn[] = []
  const lessons: Lesson[] = []
  const close = vi.fn(async () => {})
  const engine = {
    model: {
      name: 'fake',
      fingerprint: '0123456789abcdef',
      device: 'cpu',
      deviceReason: '',
      weights: { kind: 'f32', reason: '' },
      drawnWorldOnly: true,
    },
    pid: 1,
    teach: async (lesson, { progress } = {}): Promise<Concept> => {
      lessons.push(lesson)
      const drawn = lesson.photos[0]!
      for (const phase of ['looking', 'learning'] as const) {
        const now: TeachProgress = { phase, step: 1, steps: 2, loss: 0.25, secondsLeft: 61 }
        progress?.(phase === 'learning' ? { ...now, preview: drawn } : now)
      }
      return {
        name: lesson.name,
        kind: lesson.kind,
        modelFingerprint: '0123456789abcdef',
        tokens: 1,
        width: 4,
        embedding: new Float32Array(12),
        head: new Float32Array(12),
        description: 'a cat, I think',
        threshold: 0.5,
        scores: { start: { recognition: 0.5, loss: 2 }, kept: { recognition: 0.75, loss: 1 } },
        recipe: {},
      }
    },
    reply: async (turn, { progress } = {}) => {
      asked.push(turn)
      const drawing = turn.text.startsWith('Draw')
      if (drawing) progress?.({ type: 'drawing', done: 1, total: 144 })
      const image = { width: 96, height: 96, data: new Uint8Array(96 * 96 * 3).fill(90) }
      return {
        selfPrompt: drawing ? ('drawing' as const) : ('language' as const),
        text: drawing ? '' : 'Yes, Bo is here.',
        ...(drawing && { image, altText: 'Bo somewhere' }),
        seed: turn.seed ?? 0,
      }
    },
    recognise: async () => [],
    restart: async () => {},
    close,
    ...over,
  } satisfies EngineHost
  return { engine, asked, lessons, close }
}

const options = (engine: EngineHost, over: Partial<DemoOptions> = {}): DemoOptions => ({
  seed: 1,
  name: 'Bo',
  out: join(folder, 'out'),
  config: parseConfig({ DATA_DIR: folder }),
  signal: new AbortController().signal,
  startEngine: async () => engine,
  ...over,
})

describe('the demo', () => {
  it('teaches four pictures, asks five questions, and leaves everything in a folder', async () => {
    const { engine, asked, lessons, close } = fakeEngine()
    await runDemo(options(engine))
    expect(lessons.map(({ name, photos, seed }) => [name, photos.length, seed])).toEqual([['Bo', 4, 1]])
    expect(asked).toHaveLength(5)
    expect(asked.map(({ images }) => images?.length ?? 0)).toEqual([1, 1, 1, 0, 0])
    expect(asked.every(({ concepts }) => concepts?.[0]?.name === 'Bo')).toBe(true)
    expect((await readdir(join(folder, 'out'))).sort()).toEqual([
      'asked-stranger.png',
      'asked.png',
      'concept.safetensors',
      'drawing.png',
      'preview-1.png',
      'taught-1.png',
      'taught-2.png',
      'taught-3.png',
      'taught-4.png',
    ])
    const drawing = await sharp(await readFile(join(folder, 'out', 'drawing.png'))).metadata()
    expect([drawing.width, drawing.exif?.includes('AI-generated')]).toEqual([384, true])
    expect(close).toHaveBeenCalledOnce()

    expect(out).toMatch(/> Is Bo in this picture\? {2}\[asked\.png\]\n {2}Yes, Bo is here\./)
    expect(out).toContain('75 % are told apart (50 % before the first step)')
    expect(out).toContain(join(folder, 'out'))
    expect(err).toContain('learning 1/2  loss 0.250  1 min 1 s left')
  })

  it('prints one JSON object with --json, and knows which answers are right', async () => {
    await runDemo(options(fakeEngine().engine, { json: true }))
    const report: DemoReport = JSON.parse(out)
    expect(report.answers.map(({ asks, right }) => [asks, right])).toEqual([
      ['presence yes', true],
      ['presence no', false],
      ['attribute', false],
      ['text only', false],
      // A grey square is no place at all, but nearest to one.
      ['drawing', expect.any(Boolean)],
    ])
    expect(report.answers.at(-1)).toMatchObject({ drawing: 'drawing.png', altText: 'Bo somewhere' })
    expect(report.teach).toMatchObject({ description: 'a cat, I think', scores: { kept: { recognition: 0.75 } } })
    expect([...report.files].sort()).toEqual((await readdir(report.folder)).sort())
  })

  it('ends with the signal’s reason when it is interrupted, and closes the engine', async () => {
    const controller = new AbortController()
    const { engine, close } = fakeEngine({
      teach: async () => {
        controller.abort()
        throw new FamiliarError('CANCELLED', 'The lesson was cancelled')
      },
    })
    await expect(runDemo(options(engine, { signal: controller.signal }))).rejects.toMatchObject({ name: 'AbortError' })
    expect(close).toHaveBeenCalledOnce()
  })

  it.each([
    [{ name: ' ' }, 'Expected a name for --name but received an empty one'],
    [{ name: undefined, photos: 'somewhere' }, 'Expected --name beside --photos but received none'],
  ])('refuses %j before anything starts', async (over, sentence) => {
    const startEngine = vi.fn()
    await expect(runDemo(options(fakeEngine().engine, { ...over, startEngine }))).rejects.toThrow(sentence)
    expect(startEngine).not.toHaveBeenCalled()
  })

  it('says where it could not write', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await expect(runDemo(options(fakeEngine().engine, { out: join(file, 'out') }))).rejects.toThrow(
      `Expected a folder that can be written to but ${join(file, 'out')} gave ENOTDIR`,
    )
  })
})
