/** Text to words and back, with the `tokenizer.json` that a model folder brings. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { FamiliarError } from '../errors.ts'

export interface TextTokenizer {
  /** No special words are added; those that are written out in the text are recognised. */
  encode(text: string): number[]
  /** Special words are left out. */
  decode(ids: readonly number[]): string
  /** The id of one word, if there is such a word. */
  id(word: string): number | undefined
  /** Words such as `<s>`, which mark something and stand for nothing that is written: the file says so, or they look it. */
  readonly special: ReadonlyMap<string, number>
}

/** @throws FamiliarError `MODEL_NOT_FOUND` without a `tokenizer.json`, `BAD_TOKENIZER` with one that cannot be used */
export async function openTokenizer(folder: string): Promise<TextTokenizer> {
  const [definition, settings] = [
    await readJson(folder, 'tokenizer.json'),
    await readJson(folder, 'tokenizer_config.json'),
  ]
  let tokenizer: Tokenizer
  try {
    tokenizer = new Tokenizer(definition, settings)
  } catch (cause) {
    const message = `Expected a tokenizer that can be used in ${join(folder, 'tokenizer.json')} but received: ${cause}`
    throw new FamiliarError('BAD_TOKENIZER', message, { cause })
  }
  // The library cleans up where nothing is said; transformers does not.
  const cleanUp = settings.clean_up_tokenization_spaces === true
  return {
    encode: text => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode: ids => tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: cleanUp }),
    id: word => tokenizer.token_to_id(word),
    special: specialWords(definition),
  }
}

function specialWords({ added_tokens: added }: Record<string, unknown>): Map<string, number> {
  const words = Array.isArray(added) ? (added as { content: string; id: number; special?: boolean }[]) : []
  const marks = words.filter(({ content, special }) => special || /^<[^\s<>]+>$/.test(content))
  return new Map(marks.map(({ content, id }) => [content, id]))
}

async function readJson(folder: string, name: string): Promise<Record<string, unknown>> {
  const path = join(folder, name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new FamiliarError('MODEL_NOT_FOUND', `Expected ${path} but there is no such file`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FamiliarError('BAD_TOKENIZER', `Expected JSON in ${path} but received: ${(cause as Error).message}`, {
      cause,
    })
  }
}
