/**
 * Evaluation items with one right option each: attributes of a scene, presence of somebody, and knowledge of a named
 * concept. Options are shuffled, so that no position is right more often than another.
 */
import { fill, RECOGNITION_QUESTIONS, type Topic } from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { type Individual, type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { ACTION_PHRASES, PLACE_PHRASES, SIDE_PHRASES } from './captions.ts'
import { lookalike } from './introductions.ts'
import type { Named } from './pieces.ts'
import { refer } from './seeing.ts'
import { changed, differences, question, type Subject, topicsOf, topicValue } from './topics.ts'
import { splitWords } from './vocabulary.ts'

/** A question, its right answer, and all options in random order (the answer among them, each once). */
export interface ChoiceItem {
  readonly topic: Topic | 'presence'
  readonly question: string
  readonly answer: string
  readonly options: readonly string[]
}

const MAX_OPTIONS = 4

/** The value in the wording that `chosenOption` compares by: no synonyms. */
function canonicalValue(topic: Topic, subject: Subject, random: Random): string {
  if (topic === 'action') return subject.action as string
  if (topic === 'place') return PLACE_PHRASES[subject.place as keyof typeof PLACE_PHRASES][0] as string
  if (topic === 'side') return SIDE_PHRASES[subject.side as keyof typeof SIDE_PHRASES][0] as string
  return topicValue(topic, subject, random)
}

function choiceItem(topic: Topic, subject: Subject, name: string, random: Random): ChoiceItem {
  const answer = canonicalValue(topic, subject, random)
  const options = [answer]
  // Three sides give three options; elsewhere there are more values than options.
  const wanted = topic === 'side' ? 3 : MAX_OPTIONS
  while (options.length < wanted) {
    const other = canonicalValue(topic, changed(topic, subject, random), random)
    if (!options.includes(other)) options.push(other)
  }
  return { topic, question: question(topic, subject, name, random), answer, options: random.shuffle(options) }
}

/** A question for everything that can be seen of every character. */
export function attributeQuestions(scene: Scene, random: Random): ChoiceItem[] {
  return scene.characters.flatMap((character, index) => {
    const subject: Subject = { ...character, place: scene.place }
    const items: ChoiceItem[] = []
    for (const topic of topicsOf(subject)) {
      let name = refer(scene, index, random)
      while (name === 'it') name = refer(scene, index, random)
      // Whoever is called "the left cat" is not asked its kind or side, "the orange cat" not its colour.
      const told =
        topic === 'kind' ||
        (topic === 'side' && name.includes(character.side)) ||
        (topic === 'coat' && name.includes(character.individual.coat))
      if (!told) items.push(choiceItem(topic, subject, name, random))
    }
    return items
  })
}

/** Whether the named one is in the scene; decided by what can be seen. */
export function presenceQuestion(scene: Scene, named: Named, random: Random): ChoiceItem {
  const present = scene.characters.some(
    character => differences(named.individual, { ...character, place: scene.place }).length === 0,
  )
  return {
    topic: 'presence',
    question: fill(random.pick(RECOGNITION_QUESTIONS), { name: named.name }),
    answer: present ? 'yes' : 'no',
    options: random.shuffle(['yes', 'no']),
  }
}

/** A scene to recognise somebody in, or not. */
export interface RecognitionScene {
  readonly scene: Scene
  readonly shows: 'subject' | 'other' | 'lookalike'
}

/**
 * `count` scenes each of the subject, of others, and of lookalikes that visibly differ in one or two attributes; in every
 * third picture with somebody else in company.
 */
export function recognitionScenes(subject: Individual, random: Random, count: number): RecognitionScene[] {
  const unlike = (sample: () => Individual): Individual => {
    for (;;) {
      const individual = sample()
      if (differences(subject, { individual }).length > 0) return individual
    }
  }
  const other = () => unlike(() => sampleIndividual(random))
  const sceneOf = (individual: Individual, i: number) =>
    sampleScene(random, i % 3 === 2 ? [individual, other()] : [individual])
  const scenes: RecognitionScene[] = []
  for (let i = 0; i < count; i++) {
    scenes.push({ scene: sceneOf(subject, i), shows: 'subject' }, { scene: sceneOf(other(), i), shows: 'other' })
    const changes = i % 2 === 0 ? 1 : 2
    for (;;) {
      const individual = lookalike(random, subject, changes)
      const scene = sceneOf(individual, i)
      // A sleeping lookalike that differs in its eyes alone cannot be told apart.
      if (differences(subject, scene.characters[0]).length === 0) continue
      scenes.push({ scene, shows: 'lookalike' })
      break
    }
  }
  return scenes
}

/**
 * Questions about a named concept: how it looks, which needs no picture, and with a scene (whose first character is the
 * concept) also what it is doing and where.
 */
export function conceptQuestions(named: Named, scene: Scene | undefined, random: Random): ChoiceItem[] {
  const character = scene?.characters[0]
  const looks: Subject = { individual: named.individual }
  const items = topicsOf(looks).map(topic => choiceItem(topic, looks, named.name, random))
  if (scene && character) {
    const subject: Subject = { ...character, place: scene.place }
    for (const topic of ['action', 'place', 'side'] as const) items.push(choiceItem(topic, subject, named.name, random))
  }
  return items
}

const EMPTY_WORDS = new Set(['a', 'an', 'the', 'in', 'on', 'at', 'to', 'is', 'has'])
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ACTION_PHRASES).flatMap(([action, phrases]) =>
    phrases.map(phrase => [phrase.split(' ')[0] as string, action] as const),
  ),
  ['woods', 'forest'],
  ['town', 'city'],
  ['ocean', 'sea'],
  ['center', 'middle'],
  ['centre', 'middle'],
  ['grey', 'gray'],
  ['golden', 'gold'],
])

function contentWords(text: string): string[] {
  const words = splitWords(text).map(word => SYNONYMS.get(word) ?? word)
  return words.filter(word => /\p{L}/u.test(word) && !EMPTY_WORDS.has(word))
}

/** The option that a free answer gives: the only one, or the longest, whose content words it all contains. */
export function chosenOption(options: readonly string[], text: string): string | undefined {
  const said = new Set(contentWords(text))
  const given = options.filter(option => contentWords(option).every(word => said.has(word)))
  given.sort((one, other) => contentWords(other).length - contentWords(one).length)
  const [first, second] = given
  if (!first || (second && contentWords(second).length === contentWords(first).length)) return undefined
  return first
}
