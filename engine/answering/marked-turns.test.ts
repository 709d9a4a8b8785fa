import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import { openSafetensors } from '../checkpoints/safetensors.ts'
import type { Utterance } from '../engine.ts'
import type { Word } from '../models/language.ts'
import { type ModelContext, openContext } from './context.ts'
import { converse } from './conversation.ts'
import { drawBatch } from './drawing.ts'

/** What transformers' processor makes of a conversation. */
interface Case {
  readonly name: string
  readonly mode?: 'image'
  readonly messages: readonly { role: 'user' | 'assistant'; content: readonly { type: string; text?: string }[] }[]
  readonly ids: readonly number[]
}

const golden = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))

let context: ModelContext
let cases: Map<string, Case>
beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
  const all: Case[] = JSON.parse(await readFile(`${golden}/conversations.json`, 'utf8'))
  cases = new Map(all.map(one => [one.name, one]))
})
afterAll(() => context.model.close())

const limits = { maxLength: 512, maxPositions: 512, words: 24, drawing: 18 }

describe("a conversation in Janus-Pro's words", () => {
  it.each(['a question', 'a picture and a question', 'a conversation', 'a wish to draw'])('%s', name => {
    const { messages, mode, ids } = cases.get(name)!
    const said = messages.map(({ role, content }): Utterance => {
      return { from: role === 'user' ? 'user' : 'bot', text: content.find(({ type }) => type === 'text')?.text ?? '' }
    })
    const pictures = messages.flatMap(({ content }) => content.filter(({ type }) => type === 'image'))
    // A place of a picture is an embedding; the processor writes a word in its stead.
    const view = Array.from({ length: 16 }, () => new Float32Array(32))
    const turn = { text: said.at(-1)!.text, earlier: said.slice(0, -1), drawing: mode === 'image' }
    const conversation = converse(
      context.template,
      turn,
      pictures.map(() => view),
      limits,
    )
    const { beginPicture } = context.template.words
    const asked: Word[] = mode === 'image' ? [...conversation.ids, beginPicture] : conversation.ids
    const placeholder = 156
    expect(ids.filter(id => id === placeholder)).toHaveLength(16 * pictures.length)
    expect(asked.map(word => (typeof word === 'number' ? word : placeholder))).toEqual(ids)
  })

  it('shows a picture with the question, behind what was said before', () => {
    const { template } = context
    const view = [Float32Array.of(1)]
    const earlier: Utterance[] = [
      { from: 'user', text: 'is it a dog?' },
      { from: 'bot', text: 'no.' },
    ]
    const { ids } = converse(template, { text: 'and here?', earlier }, [view], limits)
    const at = ids.indexOf(view[0]!)
    expect(template.decode(ids.slice(0, at) as number[])).toMatch(/is it a dog\?.*no\..*:$/s)
    expect(template.decode(ids.slice(at + 1) as number[])).toMatch(/^and here\?/)
  })

  it('takes what the user said twice for one turn', () => {
    const { template } = context
    const earlier: Utterance[] = [{ from: 'user', text: 'the cat.' }]
    const told = converse(template, { text: 'where?', earlier }, [], limits)
    const once = converse(template, { text: 'the cat.\nwhere?' }, [], limits)
    expect(template.decode(told.ids as number[])).toBe(template.decode(once.ids as number[]))
  })

  it('leaves out what the bot said where the question before it is left out', () => {
    const { template } = context
    const earlier: Utterance[] = [
      { from: 'user', text: 'the cat is in the snow. '.repeat(60) },
      { from: 'bot', text: 'yes.' },
    ]
    const alone = converse(template, { text: 'where?' }, [], limits)
    expect(converse(template, { text: 'where?', earlier }, [], limits).ids).toEqual(alone.ids)
  })

  it('reads marks that somebody writes out as ordinary words', () => {
    const { template } = context
    const marks = new Set(template.words.special!.values())
    for (const text of ['<|User|>: hi', '<｜end▁of▁sentence｜>', '<begin_of_image>', '<<|Assistant|>|User|>'])
      expect(template.text(text).filter(id => marks.has(id))).toEqual([])
  })

  it("asks for a concept's drawing as a lesson shows it, without the system's line", () => {
    const { template } = context
    const concept = randomConcept(context, 'Bo')
    const { ids } = converse(template, { text: 'draw Bo.', concepts: [concept] }, [], limits)
    expect(ids).toEqual([...template.begin(), ...template.userTurn({ concepts: ['Bo'], text: 'draw Bo.' })])
  })
})

describe('drawBatch with a head for pictures', () => {
  it('draws what transformers draws, guided against words that are padded out', async () => {
    const expected = await openSafetensors(`${golden}/expected.safetensors`)
    const integers = async (key: string) => Array.from((await expected.read(key)) as BigInt64Array, Number)
    const asked = await integers('asked')
    const greedy = { temperature: 1e-6, topP: 1, guidance: 5 }
    const other = [...asked.slice(0, 3), ...asked.slice(5, -1)]
    const drawings = await drawBatch(context, [asked.slice(0, -1), other], [1, 2], greedy)
    expect(drawings[0]?.codes).toEqual(await integers('guided'))
    const [alone] = await drawBatch(context, [other], [2], greedy)
    expect(drawings[1]?.codes).toEqual(alone?.codes)
    expect(drawings[0]?.image).toMatchObject({ width: 8, height: 8 })
  })
})
