/**
 * What a subject is, as one word of a closed list. Galleries are kept under it: nothing of anybody's photos is in such a
 * word but what kind of thing they show.
 */
import type { SubjectKind } from '../engine.ts'

/** Of each kind, the words and how else a model may say them. The first stands for whatever has no word of its own. */
const WORDS: Readonly<Record<SubjectKind, Readonly<Record<string, readonly string[]>>>> = {
  pet: {
    animal: [],
    cat: ['kitten', 'kitty', 'tabby'],
    dog: ['puppy', 'pup', 'terrier', 'retriever', 'poodle', 'shepherd', 'corgi', 'husky'],
    rabbit: ['bunny', 'hare'],
    hamster: ['gerbil', 'mouse', 'rat'],
    'guinea pig': [],
    bird: ['canary', 'finch', 'pigeon'],
    parrot: ['parakeet', 'budgie', 'cockatiel'],
    chicken: ['hen', 'rooster'],
    duck: ['goose'],
    fish: ['goldfish'],
    turtle: ['tortoise'],
    lizard: ['gecko', 'iguana'],
    snake: [],
    horse: ['pony', 'foal'],
    cow: ['calf', 'bull'],
    sheep: ['lamb'],
    goat: [],
    pig: ['piglet'],
    ferret: [],
    fox: [],
    bear: [],
  },
  person: {
    person: [],
    woman: ['lady', 'female'],
    man: ['gentleman', 'male', 'guy'],
    girl: [],
    boy: [],
    baby: ['infant', 'toddler'],
  },
  thing: {
    object: [],
    car: ['automobile', 'vehicle', 'van'],
    bicycle: ['bike'],
    motorcycle: ['motorbike', 'scooter'],
    boat: ['ship'],
    mug: ['cup'],
    bottle: [],
    bag: ['backpack', 'handbag'],
    shoe: ['boot', 'sneaker'],
    hat: ['cap'],
    'plush toy': ['plush', 'teddy bear', 'stuffed animal'],
    toy: ['figurine', 'figure'],
    doll: ['puppet'],
    statue: ['sculpture'],
    chair: ['armchair', 'stool'],
    sofa: ['couch'],
    table: ['desk'],
    lamp: [],
    clock: ['watch'],
    guitar: ['ukulele'],
    piano: ['keyboard'],
    camera: [],
    phone: ['smartphone'],
    computer: ['laptop'],
    book: [],
    plant: ['flower', 'cactus'],
    tree: [],
    robot: [],
  },
  place: {
    place: [],
    house: ['home', 'cottage'],
    building: ['tower', 'skyscraper'],
    church: ['temple', 'pagoda'],
    castle: [],
    bridge: [],
    street: ['road', 'alley'],
    square: ['plaza'],
    park: [],
    garden: ['yard'],
    beach: ['coast'],
    lake: ['pond'],
    river: [],
    mountain: ['hill'],
    forest: ['wood'],
    café: ['cafe', 'restaurant', 'bar'],
    shop: ['store', 'market'],
    kitchen: [],
    'living room': [],
    bedroom: [],
    office: [],
    room: [],
  },
}

/** What individuals of a kind differ in; `{kind}` is its word. */
const LOOKS: Readonly<Record<SubjectKind, readonly string[]>> = {
  pet: [
    'a black {kind}',
    'a white {kind}',
    'a brown {kind}',
    'a grey {kind}',
    'an orange {kind}',
    'a cream-coloured {kind}',
    'a striped {kind}',
    'a spotted {kind}',
    'a small {kind}',
    'a big {kind}',
    'a young {kind}',
    'an old {kind}',
  ],
  person: [
    'a young {kind}',
    'an elderly {kind}',
    'a {kind} with long dark hair',
    'a {kind} with short dark hair',
    'a {kind} with blond hair',
    'a {kind} with curly hair',
    'a {kind} with grey hair',
    'a {kind} with glasses',
    'a {kind} with a hat',
    'a smiling {kind}',
    'a {kind} in a shirt',
    'a {kind} in a jacket',
  ],
  thing: [
    'a black {kind}',
    'a white {kind}',
    'a red {kind}',
    'a blue {kind}',
    'a green {kind}',
    'a yellow {kind}',
    'a brown {kind}',
    'a small {kind}',
    'a big {kind}',
    'an old {kind}',
    'a modern {kind}',
    'a colourful {kind}',
  ],
  place: [
    'an old {kind}',
    'a modern {kind}',
    'a small {kind}',
    'a big {kind}',
    'a quiet {kind}',
    'a busy {kind}',
    'a colourful {kind}',
    'a white {kind}',
    'a wooden {kind}',
    'a stone {kind}',
    'a bright {kind}',
    'a beautiful {kind}',
  ],
}

/** What everybody tells from any subject. */
export const anything = 'anything'
const ANYTHING: readonly string[] = [
  'a car',
  'a house',
  'a tree',
  'a boat',
  'a bird',
  'a table',
  'a flower',
  'a mountain',
  'a bowl of fruit',
  'a street',
  'a person',
  'a dog',
  'a cat',
  'a clock',
  'a cup',
  'a bicycle',
]

/** A word of the list, or `anything`. */
export type KindWord = string

/**
 * The word that most answers name, each by the first word of the list in it; "animal" names none.
 * @param answers what a model says of each photo when it is asked what it shows
 */
export function kindWordOf(kind: SubjectKind, answers: readonly string[]): KindWord {
  const [[general], ...named] = Object.entries(WORDS[kind]) as [[KindWord, unknown], ...[KindWord, readonly string[]][]]
  const words = named.map(([word, others]) => ({ word, said: mention([word, ...others]) }))
  const votes = new Map<KindWord, number>()
  for (const answer of answers) {
    const found = words
      .map(({ word, said }) => ({ word, at: answer.search(said) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0]
    if (found) votes.set(found.word, (votes.get(found.word) ?? 0) + 1)
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? general
}

/** Who is drawn for a kind's gallery, from the first picture on: individuals that differ, and the same in every gallery. */
export function individualOf(kind: SubjectKind, word: KindWord, index: number): string {
  const looks = word === anything ? ANYTHING : LOOKS[kind]
  return (looks[index % looks.length] as string).replace('{kind}', word)
}

/** One of the words, in singular or plural, and not within a longer word. */
function mention(words: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${words.join('|')})s?(?!\\p{L})`, 'iu')
}
