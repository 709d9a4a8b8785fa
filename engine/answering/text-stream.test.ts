import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import { parseChameleonConfig } from '../models/chameleon/config.ts'
import { chameleonWords } from '../models/chameleon/words.ts'
import { openTokenizer } from '../models/tokenizer.ts'
import { buildTokenizerJson } from '../storybook/language/vocabulary.ts'
import { PromptTemplate } from './prompt.ts'
import { TextStream } from './text-stream.ts'

let folder: string
let template: PromptTemplate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-'))
  const definition = buildTokenizerJson(4) as { model: { vocab: Record<string, number> } }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(definition))
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ clean_up_tokenization_spaces: true }))
  const config = parseChameleonConfig({
    model_type: 'chameleon',
    vocab_size: Object.keys(definition.model.vocab).length,
    vocabulary_map: definition.model.vocab,
    vq_config: { num_embeddings: 4 },
  })
  template = new PromptTemplate(config, chameleonWords(config), await openTokenizer(folder))
})
afterAll(() => rm(folder, { recursive: true }))

function stream(text: string, concepts: readonly string[] = [], words = template) {
  const deltas: string[] = []
  const stream = new TextStream(words, concepts, delta => deltas.push(delta))
  for (const id of words.text(text, concepts)) stream.push(id)
  return { deltas, text: stream.end() }
}

describe('TextStream', () => {
  it('gives names, capitals and signs as people write them', () => {
    const { text } = stream("no, mắm's hat is red. i don't know, sorry!", ['Mắm'])
    expect(text).toBe("No, Mắm's hat is red. I don't know, sorry!")
    expect(stream('bo is here.', ['Bo']).text).toBe('Bo is here.')
    expect(stream('xylophone quokka.').text).toBe('Xylophone quokka.')
  })

  it('passes text on as it grows, and never takes anything back', () => {
    for (const text of ["i don't see bo's hat, sorry. yes!", 'xylophone, quokka', "'hello' (there)", 'yes']) {
      const { deltas, text: whole } = stream(text, ['Bo'])
      expect(deltas.join('')).toBe(whole)
    }
    expect(stream('the cat is here.').deltas).toEqual(['The', ' cat', ' is', ' here.'])
  })

  it('works with words that carry their spaces', async () => {
    const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
    const model = await Chameleon.open(golden)
    const words = await PromptTemplate.of(model, 2)
    expect(stream('bo is here.', ['Bo'], words).text).toBe('Bo is here.')
    expect(stream('the cat is in snow. yes.', [], words)).toMatchObject({ text: 'The cat is in snow. Yes.' })
    await model.close()
  })
})
