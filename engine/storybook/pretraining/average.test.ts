import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { averageTraining } from './average.ts'
import { saveTraining } from './parameters.ts'

let folder: string
const path = (name: string) => join(folder, `${name}.safetensors`)
const save = (name: string, step: number, values: Record<string, number[]>) =>
  saveTraining(path(name), {
    parameters: {
      values: new Map(Object.entries(values).map(([key, data]) => [key, Float32Array.from(data)])),
      shapes: new Map(Object.entries(values).map(([key, data]) => [key, [data.length]])),
    },
    optimizer: { first: new Map([['b', Float32Array.of(step)]]), second: new Map(), step },
    progress: { step },
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'average-'))
  await save('early', 10, { a: [1, 2], b: [4] })
  await save('late', 30, { a: [3, 6], b: [-2] })
  await save('other', 30, { a: [3, 6, 9], b: [-2] })
  await save('more', 30, { a: [3, 6], b: [-2], c: [1] })
})
afterAll(() => rm(folder, { recursive: true }))

describe('averageTraining', () => {
  it('is the mean of the parameters, and goes on from the last', async () => {
    const { parameters, optimizer, progress } = await averageTraining([path('early'), path('late')])
    expect([...parameters.values].map(([key, data]) => [key, [...data]])).toEqual([
      ['a', [2, 4]],
      ['b', [1]],
    ])
    expect([...(optimizer.first.get('b') as Float32Array)]).toEqual([30])
    expect(progress.step).toBe(30)
  })

  it('says which checkpoint is of another model', async () => {
    for (const other of ['other', 'more'])
      await expect(averageTraining([path(other), path('late')])).rejects.toThrow(
        `${path(other)} holds other parameters`,
      )
  })
})
