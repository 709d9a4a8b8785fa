import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openTokenizer } from './tokenizer.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

describe('openTokenizer', () => {
  it('gives the words that the tokenizers library gives, and the text back', async () => {
    const tokenizer = await openTokenizer(golden)
    const cases = JSON.parse(await readFile(join(golden, 'tokenizer_expected.json'), 'utf8'))
    for (const { text, ids } of cases) expect(tokenizer.encode(text)).toEqual(ids)
    expect(tokenizer.decode(cases[0].ids)).toBe('draw the cat in snow .')
    expect(tokenizer.decode(tokenizer.encode('is bo here ?<reserved08706>'))).toBe('is bo here ?')
    expect(tokenizer.id('<racm3:break>')).toBe(tokenizer.encode('<racm3:break>')[0])
    expect(tokenizer.id('no such word')).toBeUndefined()
  })

  it('says what is missing or wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await writeFile(join(folder, 'tokenizer.json'), '{')
    await expect(openTokenizer(folder)).rejects.toThrow('Expected JSON in')
    await writeFile(join(folder, 'tokenizer.json'), '{}')
    await writeFile(join(folder, 'tokenizer_config.json'), '{}')
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: 'BAD_TOKENIZER' })
    await rm(folder, { recursive: true })
  })
})
