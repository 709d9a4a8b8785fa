import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { type Dialogue, define, reply, restate, say } from '../language/pieces.ts'
import { type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { assemble, type Words } from './assemble.ts'

const BEGIN = 1
const END = 2
const DRAW = 3
const TELL = 4
const BEGIN_IMAGE = 5
const END_IMAGE = 6
const FIRST_IMAGE_WORD = 1000
const CODES = [7, 0, 9, 7]

/** Words numbered from 10 on as they come; `yes` and `no` have come already. */
function numbered(): Words & { readonly word: (id: bigint | number) => string } {
  const ids = new Map<string, number>()
  const id = (word: string) => {
    if (!ids.has(word)) ids.set(word, 10 + ids.size)
    return ids.get(word)!
  }
  return {
    id,
    encode: text => text.split(' ').map(id),
    word: wanted => [...ids].find(([, known]) => known === Number(wanted))?.[0] ?? String(wanted),
    firstImageWord: FIRST_IMAGE_WORD,
    begin: BEGIN,
    pad: 0,
    end: END,
    beginImage: BEGIN_IMAGE,
    endImage: END_IMAGE,
    draw: DRAW,
    tell: TELL,
    yes: id('yes'),
    no: id('no'),
  }
}

const random = createRandom('assemble')
const somebody = { name: 'bo', individual: sampleIndividual(random) }
const scene = sampleScene(random, [somebody.individual])
const codesOf = async (_scene: Scene) => CODES
const options = { time: 60, width: 4, embeddingScale: 0.1, pictureShare: 0 }
const close = (loss: boolean) => ({ type: 'end', loss }) as const
const assembled = (dialogues: readonly Dialogue[], words = numbered(), seed = 'a', over = {}) =>
  assemble(dialogues, words, codesOf, createRandom(seed), { ...options, ...over })

describe('assembling dialogues', () => {
  it('labels the words of answers at the positions before them, and nothing else', async () => {
    const words = numbered()
    const dialogue = [say('who is there'), close(false), reply('nobody I know'), close(true)]
    const batch = await assembled([[say('hello')], dialogue], words)
    const row = [...batch.ids.subarray(60, 70)].map(Number)
    expect(row).toEqual([BEGIN, ...words.encode('who is there'), END, ...words.encode('nobody I know'), END, 0])
    expect([...batch.positions].map(Number)).toEqual([64, 65, 66, 67])
    expect([...batch.labels].map(Number)).toEqual([...words.encode('nobody I know'), END])
    expect([...batch.weights]).toEqual([1, 1, 1, 1])
    // A label is the word that stands one further on.
    batch.positions.forEach((position, i) => {
      expect(batch.ids[Number(position) + 1]).toBe(batch.labels[i])
    })
  })

  it('counts a drawn picture whole, and of one that is looked at the asked share at half weight', async () => {
    const picture = (loss: boolean) => ({ type: 'image', scene, loss }) as const
    const drawn = await assembled([[say('draw'), close(false), picture(true), close(true)]])
    const words = [BEGIN_IMAGE, ...CODES.map(code => FIRST_IMAGE_WORD + code), END_IMAGE, END]
    expect([...drawn.labels].map(Number)).toEqual(words)
    expect([...drawn.weights]).toEqual(words.map(() => 1))

    const seen: Dialogue = [picture(true), say('what'), close(false)]
    expect((await assembled([seen])).labels).toHaveLength(0)
    const modelled = await assembled([seen], numbered(), 'a', { pictureShare: 1 })
    expect([...modelled.labels].map(Number)).toEqual(CODES.map(code => FIRST_IMAGE_WORD + code))
    expect([...modelled.weights]).toEqual(CODES.map(() => 0.5))
  })

  it('counts the words of a drawn picture as it is told, not those of one that is looked at', async () => {
    const over = { pictureShare: 1, picture: async () => ({ counts: [1, 4, 4, 2] }) }
    const picture = { type: 'image', scene, loss: true } as const
    const drawn = await assembled([[say('draw'), close(false), picture, close(true)]], numbered(), 'a', over)
    expect([...drawn.weights]).toEqual([1, 1, 4, 4, 2, 1, 1])
    const seen = await assembled([[picture, say('what'), close(false)]], numbered(), 'a', over)
    expect([...seen.weights]).toEqual(CODES.map(() => 0.5))
  })

  it('asks the words of drawn pictures what comes, and those of all whom they show, as far as they fit', async () => {
    const known = {
      ahead: [
        [1, 0],
        [0, 1],
        [0, 0],
        [1, 1],
      ],
      shows: [undefined, [5, 0, 0, 0, 0, 0, 0], undefined, [4, 1, 1, 1, 1, 1, 1]],
    }
    const asked: boolean[] = []
    const picture = async (_: Scene, drawn: boolean) => {
      asked.push(drawn)
      return drawn ? known : { shows: known.shows }
    }
    const piece = { type: 'image', scene, loss: true } as const
    const dialogue = [say('draw'), close(false), piece, close(true)]
    const { ids, ahead, insight } = await assembled([dialogue], numbered(), 'a', { picture })
    const begin = [...ids].map(Number).indexOf(BEGIN_IMAGE)
    // A word is foreseen at the one before it, and known for what it is once it is there.
    expect([...ahead.positions].map(Number)).toEqual([begin, begin + 1, begin + 2, begin + 3])
    expect([...ahead.labels].map(Number)).toEqual([1, 0, 0, 1, 0, 0, 1, 1])
    expect([...insight.positions].map(Number)).toEqual([begin + 2, begin + 4])
    expect([...insight.labels].slice(0, 2).map(Number)).toEqual([5, 4])
    const cut = await assembled([dialogue], numbered(), 'a', { picture, time: begin + 3 })
    expect([cut.ahead.positions, cut.insight.positions].map(all => [...all].map(Number))).toEqual([
      [begin, begin + 1],
      [begin + 2],
    ])
    const seen = await assembled([[piece, say('what'), close(false)]], numbered(), 'a', { picture })
    expect(seen.ahead.positions).toHaveLength(0)
    expect([...seen.insight.positions].map(Number)).toEqual([3, 5])
    expect(asked).toEqual([true, true, false])
  })

  it('puts both halves into a definition, without loss, and the asked half into an answer, with it', async () => {
    const words = numbered()
    const dialogue = [
      define(somebody),
      say('describe bo'),
      close(false),
      restate('tell', somebody),
      reply('a pet'),
      close(true),
    ]
    const batch = await assembled([dialogue], words)
    const row = [...batch.ids].map(Number)
    const [draw, tell] = [row.indexOf(DRAW), row.indexOf(TELL)]
    expect(row.slice(1, 3)).toEqual(words.encode('bo is'))
    expect([draw, tell]).toEqual([3, 19])
    expect(row.slice(draw + 1, tell)).toEqual(row.slice(tell + 1, tell + 16))
    const restated = row.lastIndexOf(TELL)
    expect(row.slice(restated, restated + 16)).toEqual(row.slice(tell, tell + 16))
    expect([...batch.labels].map(Number)).toEqual([...row.slice(tell, tell + 16), ...words.encode('a pet'), END])
    // The marker is a choice; the 15 words behind it repeat the definition and count little.
    const copied = Array.from({ length: 15 }, () => Math.fround(0.2))
    expect([...batch.weights]).toEqual([1, ...copied, 1, 1, 1])
    expect(Number(batch.positions[0])).toBe(restated - 1)
  })

  it('gives somebody the same points between words wherever they are repeated in a dialogue', async () => {
    const dialogue = [define(somebody), restate('tell', somebody), restate('tell', somebody)]
    // The noise is switched on by the dice of the dialogue: this seed's are for it.
    const batch = await assembled([dialogue], numbered(), 'noise on', { time: 70 })
    const at = (start: number) => ({
      others: [...batch.others.subarray(start, start + 16)],
      mix: [...batch.mix.subarray(start, start + 16)],
      noise: [...batch.noise.subarray(start * 4, (start + 16) * 4)],
    })
    const tell = [...batch.ids].map(Number).indexOf(TELL)
    const first = tell + 17
    expect(at(first)).toEqual(at(tell))
    expect(at(first + 16)).toEqual(at(tell))
    expect(at(tell).noise.some(value => value !== 0)).toBe(true)
    expect(at(tell).mix.some(share => share < 1)).toBe(true)
    expect(at(tell).mix.every(share => share >= 0.5)).toBe(true)
    // Words of no definition are exact.
    expect([...batch.noise.subarray(0, 12)].every(value => value === 0)).toBe(true)
  })

  it('counts yes and no for more than other words', async () => {
    const batch = await assembled([[reply('no a dog'), close(true)]])
    expect([...batch.weights]).toEqual([3, 1, 1, 1])
  })

  it('cuts what is too long, and fills up what is short', async () => {
    const batch = await assembled([[reply('one two three four')], [reply('one')]], numbered(), 'a', { time: 3 })
    expect([...batch.ids].map(Number)).toEqual([BEGIN, 12, 13, BEGIN, 12, 0])
    expect([...batch.labels].map(Number)).toEqual([12, 13, 12])
  })
})
