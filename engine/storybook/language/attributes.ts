/**
 * Reads attributes out of natural sentences: the reverse of the captions, tolerant of other wordings. For scoring
 * captions and checking answers, not for understanding chat.
 */
import {
  ACCESSORIES,
  ACCESSORY_COLOURS,
  type Accessory,
  type AccessoryColour,
  type Action,
  type Character,
  COATS,
  type Coat,
  EYES,
  type Eyes,
  type Hairstyle,
  KINDS,
  type Kind,
  type Pattern,
  type Place,
  type Scene,
  type Side,
} from '../scene.ts'
import { splitWords } from './vocabulary.ts'

/** What a text says of one character. */
export interface CharacterAttributes {
  kind?: Kind
  coat?: Coat
  pattern?: Pattern | Hairstyle
  second?: Coat
  eyes?: Eyes
  accessory?: Accessory
  accessoryColour?: AccessoryColour
  action?: Action
  side?: Side
}
export interface TextAttributes {
  place?: Place
  characters: CharacterAttributes[]
}

const KIND_WORDS = new Map<string, Kind>([
  ...KINDS.map(kind => [kind, kind] as const),
  ['kitten', 'cat'],
  ['kitty', 'cat'],
  ['puppy', 'dog'],
  ['bunny', 'rabbit'],
  ['human', 'person'],
])
const COLOUR_WORDS = new Set<string>([...COATS, ...EYES, ...ACCESSORY_COLOURS, 'grey', 'golden'])
const PATTERN_ADJECTIVES = new Set(['plain', 'striped', 'spotted', 'bellied', 'patched'])
const HAIR_ADJECTIVES = new Set(['short', 'long', 'curly', 'spiky'])
const PATTERN_NOUNS = new Map<string, Pattern>([
  ['stripes', 'striped'],
  ['stripe', 'striped'],
  ['spots', 'spotted'],
  ['belly', 'bellied'],
  ['patches', 'patched'],
  ['patch', 'patched'],
])
const ACCESSORY_WORDS = new Map<string, Accessory>(ACCESSORIES.map(accessory => [accessory, accessory]))
const PLACE_WORDS = new Map<string, Place>([
  ['beach', 'beach'],
  ['forest', 'forest'],
  ['woods', 'forest'],
  ['snow', 'snow'],
  ['desert', 'desert'],
  ['city', 'city'],
  ['town', 'city'],
  ['bedroom', 'bedroom'],
  ['moon', 'moon'],
  ['sea', 'sea'],
  ['ocean', 'sea'],
])
const ACTION_WORDS = new Map<string, Action>([
  ...(['standing', 'stands', 'stand'] as const).map(word => [word, 'standing'] as const),
  ...(['sitting', 'sits', 'sit', 'seated'] as const).map(word => [word, 'sitting'] as const),
  ...(['sleeping', 'sleeps', 'sleep', 'asleep'] as const).map(word => [word, 'sleeping'] as const),
  ...(['running', 'runs', 'run', 'dashing'] as const).map(word => [word, 'running'] as const),
  ...(['jumping', 'jumps', 'jump', 'leaping'] as const).map(word => [word, 'jumping'] as const),
  ...(['playing', 'plays', 'play'] as const).map(word => [word, 'playing'] as const),
])
const SIDE_WORDS = new Map<string, Side>([
  ['left', 'left'],
  ['middle', 'middle'],
  ['center', 'middle'],
  ['centre', 'middle'],
  ['right', 'right'],
])
/** Words after which a side belongs to whoever comes next: `on the left, a cat …`. */
const CLAUSE_STARTS = new Set(['.', ',', 'and', 'while', ';', undefined])

const colourOf = (word: string) => (word === 'grey' ? 'gray' : word === 'golden' ? 'gold' : word)

/** What the text says, for each character in order of mention. */
export function attributesOf(text: string): TextAttributes {
  const words = splitWords(text)
  const found: TextAttributes = { characters: [] }
  let current: CharacterAttributes | undefined
  let colours: string[] = []
  let adjectives: string[] = []
  let nextSide: Side | undefined
  let introduced = false
  // Within "is brown and striped": colours and patterns that no noun follows.
  let predicate = false
  let lastNoun: 'eyes' | 'second' | 'accessory' | 'hair' | 'coat' | undefined

  const introduce = (character: CharacterAttributes) => {
    found.characters.push(character)
    return character
  }
  const subject = () => {
    current ??= introduce({})
    return current
  }
  const paint = (noun: NonNullable<typeof lastNoun>, colour: string) => {
    const whose = subject()
    if (noun === 'eyes') whose.eyes = colour as Eyes
    else if (noun === 'second') whose.second = colour as Coat
    else if (noun === 'accessory') whose.accessoryColour = colour as AccessoryColour
    else whose.coat = colour as Coat
  }
  const clear = () => {
    colours = []
    adjectives = []
  }

  for (const [i, word] of words.entries()) {
    const kind = KIND_WORDS.get(word)
    const patternNoun = PATTERN_NOUNS.get(word)
    const accessory = ACCESSORY_WORDS.get(word)
    const side = SIDE_WORDS.get(word)
    const action = ACTION_WORDS.get(word)
    const place = PLACE_WORDS.get(word)
    const colour = colours.at(-1)
    if (word === 'a' || word === 'an' || word === 'another') introduced = true
    else if (word === 'the' || word === 'this' || word === 'that' || word === 'it' || word === 'they')
      introduced = false

    const before = words[i - 1]
    const adjective = PATTERN_ADJECTIVES.has(word) || HAIR_ADJECTIVES.has(word)
    predicate = before === 'is' || before === 'are' || (predicate && (word === 'and' || before === 'and'))

    if (COLOUR_WORDS.has(word)) {
      // "its eyes are green": the colour follows its noun.
      if (predicate) paint(lastNoun && before !== 'and' ? lastNoun : 'coat', colourOf(word))
      else colours.push(colourOf(word))
    } else if (adjective) {
      if (predicate) subject().pattern = word as Pattern
      else adjectives.push(word)
    } else if (kind) {
      const known = found.characters.find(
        one => one.kind === kind && (!colours[0] || one.coat === colours[0]) && (!nextSide || one.side === nextSide),
      )
      if (known && !introduced) current = known
      else if (current && current.kind === undefined && !introduced) current.kind = kind
      else if (current && current.kind === undefined && words.slice(Math.max(0, i - 4), i).includes('is'))
        current.kind = kind
      else current = introduce({ kind })
      if (colours[0]) current.coat = colours[0] as Coat
      if (colours[1]) current.second = colours[1] as Coat
      if (adjectives[0]) current.pattern = adjectives[0] as Pattern
      if (nextSide) current.side = nextSide
      nextSide = undefined
      lastNoun = undefined
      introduced = false
      clear()
    } else if (word === 'eyes') {
      if (colour) subject().eyes = colour as Eyes
      lastNoun = 'eyes'
      clear()
    } else if (patternNoun) {
      subject().pattern = patternNoun
      if (colour) subject().second = colour as Coat
      lastNoun = 'second'
      clear()
    } else if (word === 'shirt') {
      if (colour) subject().second = colour as Coat
      lastNoun = 'second'
      clear()
    } else if (word === 'hair' || word === 'fur' || word === 'coat') {
      if (colour) subject().coat = colour as Coat
      if (adjectives[0]) subject().pattern = adjectives[0] as Hairstyle
      lastNoun = word === 'hair' ? 'hair' : 'coat'
      clear()
    } else if (word === 'bun') {
      subject().pattern = 'bun'
    } else if (accessory) {
      // "not a blue collar" says what is absent.
      const start = words.slice(Math.max(0, i - 4), i)
      if (!start.includes('not') && !start.includes('no')) {
        subject().accessory = accessory
        if (colour) subject().accessoryColour = colour as AccessoryColour
      }
      lastNoun = 'accessory'
      clear()
    } else if (side) {
      let start = i
      while (start > 0 && ['the', 'on', 'in', 'to', 'side'].includes(words[start - 1] as string)) start--
      const adjective = KIND_WORDS.has(words[i + 1] ?? '')
      if (adjective || (start < i && CLAUSE_STARTS.has(words[start - 1]))) nextSide = side
      else subject().side = side
    } else if (action) subject().action = action
    else if (place) found.place = place
    else if (word === '.') clear()
  }
  return found
}

/** What can be seen of a character, in the form that `attributesOf` finds. A sleeper's eyes cannot. */
export function visibleAttributes({ individual, action, side }: Character): CharacterAttributes {
  const { kind, coat, pattern, second, eyes, accessory } = individual
  const seen: CharacterAttributes = { kind, coat, pattern, action, side }
  if (second) seen.second = second
  if (action !== 'sleeping') seen.eyes = eyes
  if (accessory) {
    seen.accessory = accessory.what
    seen.accessoryColour = accessory.colour
  }
  return seen
}

/**
 * F1 of a text's attributes against the scene's visible ones; place counts as one. Characters are matched in the order
 * that agrees best. `plain` need not be said.
 */
export function attributeF1(text: string, scene: Scene): number {
  const said = attributesOf(text)
  const truth = scene.characters.map(visibleAttributes)
  const agree = (a: CharacterAttributes, b: CharacterAttributes | undefined) =>
    b ? Object.entries(a).filter(([key, value]) => b[key as keyof CharacterAttributes] === value).length : 0
  const [one, two] = said.characters
  const inOrder = agree(truth[0] as CharacterAttributes, one) + (truth[1] ? agree(truth[1], two) : 0)
  const crossed = agree(truth[0] as CharacterAttributes, two) + (truth[1] ? agree(truth[1], one) : 0)
  const order = inOrder >= crossed ? [one, two] : [two, one]
  let right = Math.max(inOrder, crossed) + (said.place === scene.place ? 1 : 0)
  let claims = said.characters.reduce((sum, one) => sum + Object.keys(one).length, 0) + (said.place ? 1 : 0)
  const wanted = truth.reduce((sum, one) => sum + Object.keys(one).length, 0) + 1
  for (const [i, one] of truth.entries())
    if (one.pattern === 'plain' && order[i] && order[i].pattern === undefined) {
      right++
      claims++
    }
  return claims === 0 ? 0 : (2 * right) / (claims + wanted)
}
