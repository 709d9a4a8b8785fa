/**
 * The tokeniser of the drawn world, in Hugging Face's tokenizer.json form: Chameleon's special and image words, then
 * whole words, then letters for everything else. The order of the words is part of the weights: it must not change.
 */
import { SLOT_WORDS } from './profile.ts'
import { CHAT_WORDS, NAMES, WORLD_WORDS } from './words.ts'

export { NAMES } from './words.ts'

export const BEGIN_TEXT = '<s>'
export const PAD = '<pad>'
export const END_TEXT = '</s>'
export const UNKNOWN = '<unk>'
export const END_IMAGE = '<eoss>'
export const BEGIN_IMAGE = '<racm3:break>'
/** Chameleon's end of a turn. */
export const END_TURN = '<reserved08706>'
/** Placeholder that a picture's words take the place of. */
export const IMAGE = '<image>'
/** Marks the half of a definition that serves drawing, and the restatement of it. */
export const DRAW = '<draw>'
/** Marks the half of a definition that serves understanding, and the restatement of it. */
export const TELL = '<tell>'

const HEAD = [BEGIN_TEXT, PAD, END_TEXT, UNKNOWN]
const MARKS = [END_IMAGE, BEGIN_IMAGE, END_TURN, IMAGE, DRAW, TELL]
/** Id of the image word of code 0. */
export const FIRST_IMAGE_ID = HEAD.length

const PUNCTUATION = [...'.,?!\'"-:;()/&+…*#@%=$_']
const LETTERS = [
  ...'abcdefghijklmnopqrstuvwxyz0123456789',
  ...'àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ',
  ...'äöüßåæøñçëïîûœÿłńśźżąęćčšžřěůőűğışșț',
]

/** Chameleon's name of an image word: the code's digits as letters A–J. */
export function imageWord(code: number): string {
  const letters = [...String(code)].map(digit => String.fromCharCode(65 + Number(digit))).join('')
  return `IMGIMG${letters}Z`
}

/** Every whole word and letter of the language, in the order of its ids. */
export const WORDS: readonly string[] = [
  ...new Set([
    ...NAMES,
    ...SLOT_WORDS.flat(),
    ...WORLD_WORDS,
    ...CHAT_WORDS,
    ...PUNCTUATION,
    ...LETTERS,
    ...LETTERS.map(letter => `##${letter}`),
  ]),
]

/**
 * The words of a text as the tokeniser's normaliser and pre-tokeniser split it, without the letter fallback: cheap
 * enough for counting. `Bo's` becomes `bo`, `'`, `s`.
 */
export function splitWords(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .replaceAll('’', "'")
      .toLowerCase()
      .match(/[^\s\p{P}$+=^`|~]+|[\p{P}$+=^`|~]/gu) ?? []
  )
}

/** A tokenizer.json for `@huggingface/tokenizers`; `codebookSize` image words. */
export function buildTokenizerJson(codebookSize: number): object {
  if (!Number.isInteger(codebookSize) || codebookSize < 1)
    throw new RangeError(`Expected a positive whole number for codebookSize but received ${codebookSize}`)
  const images = Array.from({ length: codebookSize }, (_, code) => imageWord(code))
  const tokens = [...HEAD, ...images, ...MARKS, ...WORDS]
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...HEAD, ...MARKS].map(content => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { String: '’' }, content: "'" },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: BEGIN_TEXT, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: BEGIN_TEXT, type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 0 } },
      ],
      special_tokens: { [BEGIN_TEXT]: { id: BEGIN_TEXT, ids: [vocab[BEGIN_TEXT]], tokens: [BEGIN_TEXT] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: UNKNOWN,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  }
}
