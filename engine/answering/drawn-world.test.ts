import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import type { Pictures } from '../models/pictures.ts'
import { readDrawnWorld, reconstruct } from './drawn-world.ts'
import { toImages, toPictures } from './pixels.ts'
import { seePictures } from './seeing.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

describe('readDrawnWorld', () => {
  it('reads what a folder says, if it says something', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drawn-'))
    const write = (content: string) => writeFile(join(folder, 'storybook.json'), content)
    expect(await readDrawnWorld(folder)).toBeUndefined()
    await write('{"drawnWorldOnly": true, "reconstructionLimit": 0.2}')
    expect(await readDrawnWorld(folder)).toEqual({ drawnWorldOnly: true, reconstructionLimit: 0.2 })
    await write('{"drawnWorldOnly": false, "reconstructionLimit": 0.2}')
    expect(await readDrawnWorld(folder)).toBeUndefined()
    await write('{"drawnWorldOnly": true}')
    await expect(readDrawnWorld(folder)).rejects.toMatchObject({ code: 'BAD_CONFIG' })
    await rm(folder, { recursive: true })
  })
})

describe('reconstruct', () => {
  it('measures what is lost as a share of the detail within patches', async () => {
    const exact = Float32Array.from([1, -1, 0, 0, -1, 1, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0])
    const half = exact.map(value => value / 2)
    // One channel of 4 × 4 pixels, 4 codes: only the first patch has detail, of 1 on average.
    const tokeniser = (pixels: Float32Array) =>
      ({
        codesPerPicture: 4,
        encode: async () => [[0, 1, 2, 3]],
        decode: async () => ({ pixels, shape: [1, 1, 4, 4] }),
      }) as unknown as Pictures
    const errorOf = async (pixels: Float32Array) => {
      const [seen] = await reconstruct(tokeniser(pixels), { pixels: exact, shape: [1, 1, 4, 4] })
      return seen?.error
    }
    expect(await errorOf(exact)).toBe(0)
    // Lost: 4 · .5 of the first patch and 4 · .25 of the third, of 4 · 1.
    expect(await errorOf(half)).toBeCloseTo(3 / 16 / (4 / 16 + 0.01), 4)
  })
})

describe('seePictures', () => {
  it('takes pictures of any size and refuses what lies beyond the limit', async () => {
    const model = await Chameleon.open(golden, { device: 'cpu', threads: 1 })
    const noise = { width: 30, height: 50, data: Uint8Array.from({ length: 4500 }, (_, i) => (i * i * 31) % 256) }
    const batch = await toPictures([noise], 16)
    expect(batch.shape).toEqual([1, 3, 16, 16])
    const [seen] = await reconstruct(model.pictures, batch)
    const error = seen?.error as number
    expect(error).toBeGreaterThan(0.1)
    const within = { drawnWorldOnly: true, reconstructionLimit: error * 1.01 } as const
    const beyond = { drawnWorldOnly: true, reconstructionLimit: error * 0.99 } as const
    expect(await seePictures({ model, drawnWorld: within }, [noise])).toEqual([seen?.codes])
    await expect(seePictures({ model, drawnWorld: beyond }, [noise])).rejects.toMatchObject({ code: 'NOT_A_DRAWING' })
    expect(await seePictures({ model, drawnWorld: undefined }, [noise])).toEqual([seen?.codes])
    await model.close()
  })
})

describe('toPictures', () => {
  it('cuts out the middle and gives pixels back as they were', async () => {
    const data = new Uint8Array(4 * 2 * 3)
    // The middle 2 × 2 of 4 × 2 pixels.
    for (const pixel of [1, 2, 5, 6]) data.set([200, 100, 50], pixel * 3)
    const batch = await toPictures([{ width: 4, height: 2, data }], 2)
    const [image] = toImages(batch)
    expect([...(image?.data ?? [])]).toEqual([200, 100, 50, 200, 100, 50, 200, 100, 50, 200, 100, 50])
    expect(batch.pixels[0]).toBeCloseTo(200 / 127.5 - 1, 5)
  })
})
