import { Tokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import * as templates from '../../learning/templates.ts'
import { createRandom, type Random } from '../../random.ts'
import { type Individual, type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { attributesOf, visibleAttributes } from './attributes.ts'
import { type Dialogue, drawingDialogue, type Piece, seeingDialogue, textDialogue } from './dialogue.ts'
import { countTokens } from './pieces.ts'
import { SMALL_TALK } from './smalltalk.ts'
import { differences } from './topics.ts'
import { buildTokenizerJson, NAMES, splitWords, WORDS } from './vocabulary.ts'

const COUNT = 400
const anyScene = (random: Random) =>
  sampleScene(
    random,
    random.uniform() < 0.5 ? [sampleIndividual(random)] : [sampleIndividual(random), sampleIndividual(random)],
  )

interface Turn {
  readonly scene: Scene | undefined
  readonly user: Piece[]
  readonly bot: Piece[]
}

/** The dialogue's exchanges, each with the picture it is about. */
function exchanges(dialogue: Dialogue): Turn[] {
  const found: Turn[] = []
  let pieces: Piece[] = []
  let user: Piece[] | undefined
  let scene: Scene | undefined
  for (const piece of dialogue) {
    if (piece.type === 'image' && user === undefined) scene = piece.scene
    if (piece.type !== 'end') pieces.push(piece)
    else {
      if (user === undefined) user = pieces
      else {
        found.push({ scene, user, bot: pieces })
        const drawn = pieces.find(one => one.type === 'image')
        if (drawn?.type === 'image') scene = drawn.scene
        user = undefined
      }
      pieces = []
    }
  }
  expect(pieces).toEqual([])
  expect(user).toBeUndefined()
  return found
}

const textOf = (pieces: readonly Piece[]) =>
  pieces
    .filter(piece => piece.type === 'text')
    .map(piece => piece.text)
    .join(' ')

const random = createRandom('dialogue tests')
const seen = Array.from({ length: COUNT }, () => seeingDialogue(random, anyScene(random), 300))
const drawn = Array.from({ length: COUNT }, () => drawingDialogue(random))
const talked = Array.from({ length: COUNT }, () => textDialogue(random, 300))
const everything = [...seen, ...drawn, ...talked]

describe('dialogues', () => {
  it('alternate closed turns, and learn the bot’s own ends only', () => {
    for (const dialogue of everything) {
      expect(dialogue.length).toBeGreaterThan(0)
      const ends = dialogue.filter(piece => piece.type === 'end').map(piece => piece.loss)
      expect(ends).toEqual(ends.map((_, i) => i % 2 === 1))
      for (const { user, bot } of exchanges(dialogue)) {
        expect(bot.length).toBeGreaterThan(0)
        for (const piece of user) if (piece.type === 'text') expect(piece.loss).toBe(false)
        for (const piece of bot) if (piece.type === 'text') expect(piece.loss).toBe(true)
        for (const piece of [...user.slice(1), ...bot.slice(0, -1)]) expect(piece.type).not.toBe('image')
        const firstText = user.findIndex(piece => piece.type === 'text')
        const lastDefinition = user.findLastIndex(piece => piece.type === 'definition')
        expect(lastDefinition).toBeLessThan(firstText)
      }
    }
  })

  it('hold known words only, as whole words', () => {
    const known = new Set(WORDS.filter(word => !word.startsWith('##')))
    const tokenizer = new Tokenizer(buildTokenizerJson(1024), {})
    for (const dialogue of everything)
      for (const piece of dialogue) {
        if (piece.type !== 'text') continue
        expect(
          splitWords(piece.text).filter(word => !known.has(word)),
          piece.text,
        ).toEqual([])
      }
    for (const piece of seen.slice(0, 20).flat()) {
      if (piece.type !== 'text') continue
      expect(tokenizer.encode(piece.text, { add_special_tokens: false }).tokens).toEqual(splitWords(piece.text))
    }
  })

  it('keep within their budget', () => {
    for (const dialogue of [...seen, ...talked]) {
      expect(countTokens(dialogue)).toBeLessThanOrEqual(300)
      expect(countTokens(dialogue)).toBeGreaterThan(150)
    }
  })

  it('give short answers', () => {
    for (const { user, bot } of talked.flatMap(exchanges))
      expect(splitWords(textOf(bot)).length, textOf(user)).toBeLessThanOrEqual(26)
  })

  it('restate exactly the defined ones whom the question names, in its order', () => {
    let restated = 0
    for (const { user, bot } of everything.flatMap(exchanges)) {
      const asked = splitWords(user.findLast(piece => piece.type === 'text')?.text ?? '')
      const defined = new Map<string, Individual>()
      for (const piece of user) if (piece.type === 'definition') defined.set(piece.name, piece.individual)
      // The question is the last sentence; remembered facts stand before it.
      const question = asked.slice(asked.slice(0, -1).lastIndexOf('.') + 1)
      const named = question.filter((word, i) => defined.has(word) && question.indexOf(word) === i)
      const pieces = bot.filter(piece => piece.type === 'restate')
      if (defined.size === 0 && pieces.length > 0) {
        expect(question).toContain('profile')
        continue
      }
      expect(pieces.map(piece => piece.individual)).toEqual(named.map(name => defined.get(name)))
      const half = bot.some(piece => piece.type === 'image') ? 'draw' : 'tell'
      for (const piece of pieces) expect(piece.half).toBe(half)
      expect(bot.slice(0, pieces.length)).toEqual(pieces)
      restated += pieces.length
    }
    expect(restated).toBeGreaterThan(COUNT)
  })
})

describe('answers about a picture', () => {
  const turns = seen.flatMap(exchanges)

  it('say nothing of a character that is not so', () => {
    for (const { scene, user, bot } of turns) {
      const question = textOf(user)
      const text = textOf(bot)
      // What is denied is not so; its right words are judged below.
      const chatter = SMALL_TALK.some(({ answers }) => answers.includes(text))
      if (!scene || chatter || text.includes('not')) continue
      const said = attributesOf(text)
      if (said.place) expect(said.place, text).toBe(scene.place)
      for (const claimed of said.characters) {
        const fits = scene.characters.some(character => {
          const truth = { ...character.individual, ...visibleAttributes(character) } as Record<string, unknown>
          return Object.entries(claimed).every(([key, value]) => truth[key] === value)
        })
        expect(fits, `${question} → ${text} (${JSON.stringify(scene.characters)})`).toBe(true)
      }
    }
  })

  it('say yes to those who are there, no to those who visibly are not, about equally often', () => {
    const counts = { yes: 0, no: 0 }
    for (const { scene, user, bot } of turns) {
      const definition = bot.find(piece => piece.type === 'restate')
      const word = splitWords(textOf(bot))[0]
      const question = textOf(user)
      if (!scene || definition?.type !== 'restate' || (word !== 'yes' && word !== 'no')) continue
      const present = scene.characters.some(one => differences(definition.individual, one).length === 0)
      expect(word, `${question} → ${textOf(bot)}`).toBe(present ? 'yes' : 'no')
      counts[word]++
    }
    expect(counts.yes / (counts.yes + counts.no)).toBeGreaterThan(0.42)
    expect(counts.yes / (counts.yes + counts.no)).toBeLessThan(0.58)
  })

  it('name a true difference with every no', () => {
    let named = 0
    for (const { scene, user, bot } of turns) {
      const definition = bot.find(piece => piece.type === 'restate')
      const text = textOf(bot)
      if (!scene || definition?.type !== 'restate' || !text.startsWith('no,')) continue
      // The difference is the last sentence; what is contrasted with it (`, not …`) belongs to the absent one.
      const last = text.replace(/^no, /, '').split('. ').at(-1) as string
      const phrase = last.replace(/, not .*/, '')
      const claimed = attributesOf(phrase).characters
      if (phrase.endsWith('wears nothing.') || phrase.includes('nothing')) {
        expect(definition.individual.accessory, text).toBeDefined()
        expect(scene.characters.some(one => !one.individual.accessory)).toBe(true)
        named++
        continue
      }
      expect(claimed.length, text).toBeGreaterThan(0)
      for (const claim of claimed) {
        const { side: _, ...looks } = claim
        const { accessory, ...rest } = definition.individual
        const defined: Record<string, unknown> = {
          ...rest,
          accessory: accessory?.what,
          accessoryColour: accessory?.colour,
        }
        const differs = Object.entries(looks).some(([key, value]) => defined[key] !== value)
        const other = claimed.length > 1
        expect(differs || other, `${textOf(user)} → ${text}`).toBe(true)
      }
      named++
    }
    expect(named).toBeGreaterThan(COUNT / 2)
  })

  it('never speak of a sleeper’s eyes', () => {
    const sleeping = turns.filter(({ scene }) => scene?.characters.every(({ action }) => action === 'sleeping'))
    expect(sleeping.length).toBeGreaterThan(20)
    for (const { user, bot } of sleeping) {
      if (user.some(piece => piece.type === 'definition')) expect(textOf(bot)).not.toContain('eyes')
      else expect(splitWords(textOf(bot))).not.toContain('eyes')
    }
  })
})

describe('templates', () => {
  it('are many and all different', () => {
    expect(templates.RECOGNITION_QUESTIONS.length).toBeGreaterThanOrEqual(30)
    expect(templates.RECOGNITION_YES.length).toBeGreaterThanOrEqual(30)
    expect(templates.RECOGNITION_NO.length).toBeGreaterThanOrEqual(30)
    expect(templates.DRAWING_REQUESTS.length).toBeGreaterThanOrEqual(30)
    expect(SMALL_TALK.length).toBeGreaterThanOrEqual(40)
    for (const list of Object.values(templates)) if (Array.isArray(list)) expect(new Set(list).size).toBe(list.length)
    for (const yes of templates.RECOGNITION_YES) expect(yes.startsWith('yes, ')).toBe(true)
    for (const no of templates.RECOGNITION_NO) expect(no.startsWith('no, ')).toBe(true)
  })

  it('and small talk are made of known words', () => {
    const known = new Set(WORDS)
    const lists = [...Object.values(templates)].flatMap(value => {
      if (typeof value === 'function') return []
      return Array.isArray(value)
        ? (value as string[])
        : Object.values(value as typeof templates.SUBJECT_QUESTIONS).flat()
    })
    for (const text of [...lists, ...SMALL_TALK.flatMap(({ says, answers }) => [...says, ...answers])])
      for (const word of splitWords(text.replace(/\{\w+\}/g, ''))) expect(known, text).toContain(word)
  })

  it('fill placeholders and mend the text around them', () => {
    expect(templates.fill('draw {name} {scene}.', { name: 'bo', scene: '' })).toBe('draw bo.')
    expect(templates.fill('{name} has a {value} shirt.', { name: 'bo', value: 'orange' })).toBe(
      'bo has an orange shirt.',
    )
    expect(() => templates.fill('draw {name}.', {})).toThrow('Expected a value for {name}')
  })

  it('share no word with the names', () => {
    const words = new Set(
      Object.values(templates).flatMap(value => (Array.isArray(value) ? value.flatMap(splitWords) : [])),
    )
    for (const name of NAMES) expect(words).not.toContain(name)
  })
})
