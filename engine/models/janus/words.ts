/**
 * How Janus-Pro writes conversations. A text's answer is asked for behind a line of the system's; a drawing's request is
 * not. Ids come from the tokeniser, by how the words are written.
 *
 * Source: transformers, models/janus/processing_janus.py and the chat template of convert_janus_weights_to_hf.py
 */
import { FamiliarError } from '../../errors.ts'
import type { Dialogue } from '../dialogue.ts'
import type { TextTokenizer } from '../tokenizer.ts'
import type { JanusConfig } from './config.ts'

const system =
  'You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, and assist the user with a variety of tasks using natural language.\n\n'
const user = '<|User|>:'
const assistant = '\n\n<|Assistant|>:'

const names = {
  begin: '<｜begin▁of▁sentence｜>',
  end: '<｜end▁of▁sentence｜>',
  pad: '<｜▁pad▁｜>',
  beginPicture: '<begin_of_image>',
  endPicture: '<end_of_image>',
} as const

/** @throws FamiliarError `BAD_TOKENIZER` when one of these words is missing */
export function janusWords({ vocabularySize, textWords, words, vq }: JanusConfig, tokenizer: TextTokenizer): Dialogue {
  const id = (name: keyof typeof names, configured?: number) => {
    const found = tokenizer.id(names[name]) ?? configured
    if (found !== undefined && found < textWords) return found
    const received = found === undefined ? 'none' : `id ${found}`
    throw new FamiliarError(
      'BAD_TOKENIZER',
      `Expected the word ${names[name]} with an id below ${textWords} in tokenizer.json but received ${received}`,
    )
  }
  const begin = id('begin', words.begin)
  const end = id('end', words.end)
  return {
    begin,
    end,
    endTurn: end,
    beginPicture: id('beginPicture'),
    endPicture: id('endPicture'),
    predictsPictures: false,
    pictureWords: Int32Array.from({ length: vq.codes }, (_, code) => vocabularySize - vq.codes + code),
    special: tokenizer.special,
    marks: {
      system: tokenizer.encode(system),
      user: tokenizer.encode(user),
      assistant: tokenizer.encode(assistant),
      beforePicture: tokenizer.encode(' '),
      afterPicture: tokenizer.encode('\n'),
      lead: ' ',
      pad: id('pad', words.pad),
    },
  }
}
