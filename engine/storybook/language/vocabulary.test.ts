import { createHash } from 'node:crypto'
import { Tokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { SLOT_WORDS } from './profile.ts'
import {
  buildTokenizerJson,
  DRAW,
  END_TURN,
  FIRST_IMAGE_ID,
  imageWord,
  NAMES,
  splitWords,
  TELL,
  UNKNOWN,
  WORDS,
} from './vocabulary.ts'

const tokenizer = new Tokenizer(buildTokenizerJson(1024), {})
const tokens = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).tokens

describe('tokeniser', () => {
  it('has Chameleon-like ids', () => {
    for (const [id, token] of ['<s>', '<pad>', '</s>', '<unk>'].entries()) expect(tokenizer.token_to_id(token)).toBe(id)
    expect(imageWord(0)).toBe('IMGIMGAZ')
    expect(imageWord(1023)).toBe('IMGIMGBACDZ')
    expect(tokenizer.token_to_id(imageWord(1023))).toBe(FIRST_IMAGE_ID + 1023)
    const marks = ['<eoss>', '<racm3:break>', '<reserved08706>', '<image>', '<draw>', '<tell>']
    expect(marks.map(mark => tokenizer.token_to_id(mark))).toEqual([1028, 1029, 1030, 1031, 1032, 1033])
    expect(tokenizer.get_vocab().size).toBe(1034 + WORDS.length)
    expect(tokenizer.get_vocab().size).toBeLessThan(2500)
    expect(tokenizer.encode('bo').ids[0]).toBe(0)
  })

  it('keeps the ids that the weights were trained with', () => {
    expect(WORDS).toHaveLength(1442)
    expect(createHash('sha256').update(WORDS.join('\n')).digest('hex')).toMatch(/^30ec9261d8cc6b60/)
  })

  it('keeps special words whole', () => {
    expect(tokens(`bo is ${DRAW} cat ${TELL} cat.${END_TURN}`)).toEqual([
      'bo',
      'is',
      DRAW,
      'cat',
      TELL,
      'cat',
      '.',
      END_TURN,
    ])
  })

  it('reads free user text as training text is written', () => {
    expect(tokens("What colour are Bo's eyes?")).toEqual(['what', 'colour', 'are', 'bo', "'", 's', 'eyes', '?'])
    expect(tokens('Bo’s hat isn’t RED!')).toEqual(tokens("bo ' s hat isn ' t red !"))
  })

  it('counts words as splitWords does', () => {
    for (const text of ["Is Bo's hat red, or blue?", 'a cat (orange) sits; no!', 'a+b=c $2'])
      expect(tokens(text)).toEqual(splitWords(text))
  })

  it('spells what it does not know, diacritics composed', () => {
    expect(tokens('Mắm'.normalize('NFD'))).toEqual(['m', '##ắ', '##m'])
    expect(tokens('Zürich')).not.toContain(UNKNOWN)
    expect(tokens('漢')).toEqual([UNKNOWN])
  })

  it('round-trips', () => {
    for (const text of ["yes, bo's hat is red.", 'mắm ở đây?', 'an orange striped cat with green eyes!', 'xylophones'])
      expect(tokenizer.decode(tokenizer.encode(text, { add_special_tokens: false }).ids)).toBe(text)
    const codes = [0, 7, 512, 1023]
    expect(codes.map(code => tokenizer.id_to_token(FIRST_IMAGE_ID + code))).toEqual(codes.map(imageWord))
  })

  it('has 64 names that are nothing else', () => {
    expect(NAMES).toHaveLength(64)
    expect(new Set(NAMES).size).toBe(64)
    const others = [...SLOT_WORDS.flat(), ...WORDS.slice(NAMES.length)]
    for (const name of NAMES) expect(others).not.toContain(name)
  })
})

describe('buildTokenizerJson', () => {
  it('refuses a codebook without a size', () => {
    expect(() => buildTokenizerJson(0)).toThrow('Expected a positive whole number for codebookSize but received 0')
  })
})
