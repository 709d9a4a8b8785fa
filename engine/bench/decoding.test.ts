import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openModel } from '../models/architectures.ts'
import { decodeDrawing, decodeText } from './decoding.ts'
import { measureAnswering } from './full-size-parts.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

/** Codes of a picture, and those that are read before any is timed: of 64 the ones before the middle 24. */
const models = [
  { name: 'chameleon-a', codes: 64, before: 20 },
  { name: 'janus-a', codes: 16, before: 1 },
]

describe.each(models)('$name', ({ name, codes, before }) => {
  const decoded = async (cachePlace: 'host' | 'loop') => {
    const model = await openModel(golden(name), { device: 'cpu', threads: 1, cachePlace })
    const text = await decodeText(model, { past: 20, count: 24 })
    const cache = model.language.cache(2)
    await model.language.read(cache, [
      [5, 6, 7],
      [5, 6, 7],
    ])
    const drawing = await decodeDrawing(model, cache, { count: 24 })
    await model.close()
    return { text, drawing }
  }

  it('decodes a word at a time where the cache lies here', async () => {
    const { text, drawing } = await decoded('host')
    // One to warm up, and half of those that were timed.
    expect(text).toMatchObject({ steps: 24, stepsInRun: 1, past: 20 + 1 + 12 })
    const steps = Math.min(24, codes - before)
    expect(drawing).toMatchObject({ steps, stepsInRun: 1, past: 3 + before + 1 + steps / 2 })
    expect(text.seconds).toBeGreaterThan(0)
    expect(drawing.cpuSeconds).toBeGreaterThan(0)
  })

  it('decodes in the runs that answering makes where it lies in a loop', async () => {
    const { text, drawing } = await decoded('loop')
    expect(text).toMatchObject({ steps: 24, stepsInRun: 8, past: 20 + 8 + 12 })
    const steps = Math.min(32, codes - before)
    expect(drawing).toMatchObject({ steps, stepsInRun: steps, past: 3 + before + steps + steps / 2 })
  })
})

it('stops at the signal', async () => {
  const model = await openModel(golden('chameleon-a'), { device: 'cpu', threads: 1 })
  const stopped = decodeText(model, { past: 4, count: 8, signal: AbortSignal.abort() })
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  await model.close()
})

it('is what a model of real size is measured by', async () => {
  const options = { folder: golden('janus-a'), kind: 'f32', halves: false, device: 'cpu', bytes: 0 } as const
  const given = { ...options, askedAt: Date.now() }
  const { text, drawing, picture, request, pixels } = await measureAnswering({ ...given, cachePlace: 'loop' })
  expect([text.stepsInRun, drawing.stepsInRun]).toEqual([8, 15])
  expect(picture.seconds).toBeCloseTo(request.seconds + 16 * drawing.seconds + pixels.seconds, 9)
  const alone = await measureAnswering(given)
  expect([alone.text.stepsInRun, alone.drawing.stepsInRun]).toEqual([1, 1])
  // The weights and nearly the same positions, whatever a run makes.
  expect(text.bytes / alone.text.bytes).toBeCloseTo(1, 1)
}, 60_000)
