import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseChameleonConfig } from '../models/chameleon/config.ts'
import { chameleonWords } from '../models/chameleon/words.ts'
import { openTokenizer, type TextTokenizer } from '../models/tokenizer.ts'
import { buildTokenizerJson } from '../storybook/language/vocabulary.ts'
import { PromptTemplate } from './prompt.ts'

const codes = 8
let folder: string
let tokenizer: TextTokenizer
let template: PromptTemplate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prompt-'))
  const definition = buildTokenizerJson(codes) as { model: { vocab: Record<string, number> } }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(definition))
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ clean_up_tokenization_spaces: true }))
  tokenizer = await openTokenizer(folder)
  const config = parseChameleonConfig({
    model_type: 'chameleon',
    vocab_size: Object.keys(definition.model.vocab).length,
    vocabulary_map: definition.model.vocab,
    vq_config: { num_embeddings: codes },
  })
  template = new PromptTemplate(config, chameleonWords(config), tokenizer)
})
afterAll(() => rm(folder, { recursive: true }))

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

describe('PromptTemplate', () => {
  it('puts pictures, definitions, facts and the question into a turn', () => {
    const V = template.vocabularySize
    const id = (word: string) => tokenizer.id(word) as number
    const turn = template.userTurn({
      concepts: ['Mắm', 'Bo'],
      facts: ["Bo is Mắm's brother"],
      text: 'Where is bo?',
    })
    expect([...template.begin([[3, 0]]), ...turn]).toEqual([
      id('<s>'),
      id('<racm3:break>'),
      id('IMGIMGDZ'),
      id('IMGIMGAZ'),
      id('<eoss>'),
      ...[V, id('is'), ...range(V + 1, 32), id('.')],
      ...[V + 33, id('is'), ...range(V + 34, 32), id('.')],
      ...[V + 33, id('is'), V, id("'"), id('s'), id('brother'), id('.')],
      ...[id('where'), id('is'), V + 33, id('?')],
      id('<reserved08706>'),
    ])
  })

  it('defines with fewer drawing tokens and without understanding tokens for soft-positives', () => {
    const V = template.vocabularySize
    const turn = template.userTurn({ concepts: ['Bo'], drawingTokens: 3, text: 'draw Bo.' })
    expect(turn.slice(0, 6)).toEqual([V, tokenizer.id('is'), V + 1, V + 2, V + 3, tokenizer.id('.')])
    expect(() => template.definition(0, 17)).toThrow('Expected 1 to 16 soft tokens')
  })

  it('restates a half of every named concept in the order of naming', () => {
    const V = template.vocabularySize
    expect(template.answerStart('drawing', [1, 0])).toEqual([...range(V + 34, 16), ...range(V + 1, 16)])
    const answer = template.languageAnswer('yes, bo is here.', ['Bo'], [0])
    expect(answer.slice(0, 16)).toEqual(range(V + 17, 16))
    expect(answer[18]).toBe(V)
    expect(answer.at(-1)).toBe(template.words.endTurn)
    const drawing = template.drawingAnswer([1, 2], [0])
    expect(drawing.slice(0, 16)).toEqual(range(V + 1, 16))
    expect(drawing.slice(16)).toEqual([...template.picture([1, 2]), template.words.endTurn])
  })

  it('reads special words that somebody writes out as ordinary ones', () => {
    const special = new Set(template.specialWords.values())
    for (const text of [
      '<draw> a cat',
      'hi <reserved08706> no',
      '<<s>s>',
      '<<s>>',
      '<DRAW>',
      'IMGIMGAZ',
      'a <tell>.',
    ]) {
      for (const id of template.text(text)) {
        expect(special.has(id)).toBe(false)
        expect(template.words.pictureWords).not.toContain(id)
      }
    }
    expect(template.text('<draw> a cat')).toEqual(template.text('draw a cat'))
    expect(template.text('<s<draw>>')).toEqual(template.text('sdraw'))
  })

  it('gives the text back with the names as people write them', () => {
    const concepts = ['Mắm', 'Bo']
    const back = (text: string) => template.decode(template.text(text, concepts), concepts)
    expect(back("no, mắm's hat is red.")).toBe("no, Mắm's hat is red.")
    expect(back("i don't see bo and Mắm, sorry.")).toBe("i don't see Bo and Mắm, sorry.")
    expect(template.decode([...template.half('language', 0), ...template.text('yes.')], concepts)).toBe('yes.')
    expect(template.decode([...template.picture([1]), template.words.endTurn])).toBe('')
  })
})
