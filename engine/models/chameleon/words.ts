/** Which words of the vocabulary stand for places of a picture, and which mark where things begin and end. */
import { FamiliarError } from '../../errors.ts'
import type { Dialogue } from '../dialogue.ts'
import type { ChameleonConfig } from './config.ts'

/**
 * `<s>` begins and `</s>` ends; `<racm3:break>` and `<eoss>` stand around a picture, `<reserved08706>` behind everything
 * that one side says.
 */
export interface ChameleonWords extends Dialogue {
  /** `<pad>`. */
  readonly pad: number
  /** The code of each word; −1 for words that are none of a picture. */
  readonly pictureCodes: Int32Array
}

/** `IMGIMG…Z` with a letter for each digit of the code: A is 0, J is 9. */
const pictureWord = /^IMGIMG([A-J]+)Z$/

const names = {
  begin: '<s>',
  end: '</s>',
  pad: '<pad>',
  beginPicture: '<racm3:break>',
  endPicture: '<eoss>',
  endTurn: '<reserved08706>',
} as const

/** @throws FamiliarError `BAD_CONFIG` when the vocabulary lacks one of these words or has one that is out of range */
export function chameleonWords({ vocabulary, vocabularySize, vq }: ChameleonConfig): ChameleonWords {
  const pictureWords = new Int32Array(vq.codes).fill(-1)
  const pictureCodes = new Int32Array(vocabularySize).fill(-1)
  for (const [name, id] of vocabulary) {
    if (id >= vocabularySize) throw bad(`ids below vocab_size ${vocabularySize}`, `${id} for "${name}"`)
    const letters = pictureWord.exec(name)?.[1]
    if (letters === undefined) continue
    const code = Number([...letters].map(letter => letter.charCodeAt(0) - 65).join(''))
    if (code >= vq.codes) throw bad(`picture words of ${vq.codes} codes`, `"${name}"`)
    pictureWords[code] = id
    pictureCodes[id] = code
  }
  const missing = pictureWords.indexOf(-1)
  if (missing >= 0) throw bad(`a picture word for each of ${vq.codes} codes`, `none for code ${missing}`)
  const ids = Object.entries(names).map(([key, name]) => {
    const id = vocabulary.get(name)
    if (id === undefined) throw bad(`the word ${name}`, 'none')
    return [key, id]
  })
  const marks = Object.fromEntries(ids) as Record<keyof typeof names, number>
  return { ...marks, predictsPictures: true, pictureWords, pictureCodes }
}

const bad = (expected: string, received: string) =>
  new FamiliarError('BAD_CONFIG', `Expected ${expected} in vocabulary_map of config.json but received ${received}`)
