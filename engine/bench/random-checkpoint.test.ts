import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { openSafetensors } from '../checkpoints/safetensors.ts'
import { openModel, shapesOf } from '../models/architectures.ts'
import { writeRandomCheckpoint } from './random-checkpoint.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'random-checkpoint-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function described(name: string) {
  const config = JSON.parse(await readFile(join(golden(name), 'config.json'), 'utf8'))
  return { config, shapes: await shapesOf(config, name), folder: join(scratch, name) }
}

describe('writeRandomCheckpoint', () => {
  it.each(['janus-a', 'janus-b', 'janus-c', 'chameleon-a'])('has the tensors of %s, and can be opened', async name => {
    const checkpoint = await described(name)
    await writeRandomCheckpoint(checkpoint)
    const [written, model] = await Promise.all([openCheckpoint(checkpoint.folder), openCheckpoint(golden(name))])
    for (const key of written.keys()) {
      expect(written.tensor(key).shape, key).toEqual(model.tensor(key).shape)
      expect(written.tensor(key).dtype, key).toBe(model.tensor(key).dtype)
      const values = await written.readFloat32(key)
      expect(values.every(Number.isFinite), key).toBe(true)
      expect(new Set(values.subarray(0, 20)).size, key).toBeGreaterThan(Math.min(values.length, 20) / 2)
    }
    const opened = await openModel(checkpoint.folder, { device: 'cpu' })
    const { logits } = await opened.language.read(opened.language.cache(), [[5, 6, 7]])
    expect(logits.every(Number.isFinite)).toBe(true)
    await opened.close()
  })

  it('has no two tensors alike, however many numbers they have', async () => {
    const shape = [1100, 1000]
    const shapes = new Map(['a', 'b', 'c'].map(key => [`${key}.weight`, shape] as const))
    const checkpoint = { folder: join(scratch, 'alike'), config: { dtype: 'bfloat16' }, shapes }
    await writeRandomCheckpoint(checkpoint)
    const written = await openSafetensors(join(checkpoint.folder, 'model.safetensors'))
    const digests = [...shapes.keys()].map(async key =>
      createHash('sha256')
        .update(await written.readBytes(key))
        .digest('hex'),
    )
    expect(new Set(await Promise.all(digests)).size).toBe(3)
  })

  it('is written once, and nothing else is overwritten', async () => {
    const checkpoint = await described('janus-b')
    const weights = join(checkpoint.folder, 'model.safetensors')
    await writeRandomCheckpoint(checkpoint)
    const { mtimeMs } = await stat(weights)
    await writeRandomCheckpoint(checkpoint)
    expect((await stat(weights)).mtimeMs).toBe(mtimeMs)

    const other = await described('janus-c')
    const received = writeRandomCheckpoint({ ...other, folder: checkpoint.folder })
    await expect(received).rejects.toMatchObject({ code: 'NOT_EMPTY' })
    await writeFile(join(scratch, 'letter.txt'), 'dear')
    await expect(writeRandomCheckpoint({ ...other, folder: scratch })).rejects.toMatchObject({ code: 'NOT_EMPTY' })
    await expect(writeRandomCheckpoint({ ...other, folder: golden('janus-c') })).rejects.toMatchObject({
      code: 'NOT_EMPTY',
    })
  })

  it('leaves nothing half written', async () => {
    const checkpoint = { ...(await described('janus-a')), folder: join(scratch, 'stopped') }
    await expect(writeRandomCheckpoint({ ...checkpoint, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(await readdir(checkpoint.folder)).toEqual([])
  })
})
