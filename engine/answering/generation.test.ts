import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGenerationSettings } from './generation.ts'

const defaults = { temperature: 0.7, topP: 0.9, guidance: 3, maxNewTokens: 64 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generation-'))
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (content: string) => {
  await writeFile(join(folder, 'generation_config.json'), content)
  return readGenerationSettings(folder, 512, defaults)
}

describe('readGenerationSettings', () => {
  it("has the architecture's figures where a folder says nothing", async () => {
    const settings = await readGenerationSettings(join(folder, 'none'), 512, defaults)
    expect(settings).toEqual({ ...defaults, candidates: 1, maxLength: 512 })
    const short = await readGenerationSettings(join(folder, 'none'), 160, defaults)
    expect(short).toMatchObject({ maxNewTokens: 20, maxLength: 160 })
  })

  it('reads its own section before the plain keys, and keeps to the positions of the model', async () => {
    const content = {
      temperature: 0.9,
      top_p: 0.8,
      max_length: 20_000,
      eos_token_id: 2,
      familiar: { temperature: 1.1 },
    }
    const settings = await read(JSON.stringify(content))
    expect(settings).toMatchObject({ temperature: 1.1, topP: 0.8, guidance: 3, maxLength: 512 })
    expect((await read('{"max_length": 304}')).maxLength).toBe(304)
  })

  it('says what is wrong', async () => {
    await expect(read('{"top_p": 3}')).rejects.toThrow(/generation_config\.json but received top_p/)
    await expect(read('{')).rejects.toMatchObject({ code: 'BAD_CONFIG' })
  })
})
