/** Dialogues in which the bot draws: what is described, or who is named. */
import { DRAWING_REQUESTS, fill } from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { type Character, type Individual, type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { describe, PLACE_PHRASES, scenePhrase } from './captions.ts'
import { introduce } from './introductions.ts'
import { type Dialogue, type Named, type Piece, pickNames, say, turns } from './pieces.ts'
import { seeingTurns } from './seeing.ts'

const TWO_CHANCE = 0.2

/** A request's words for the scene with these names (or descriptions), each aspect left unsaid at times. */
export function request(scene: Scene, names: readonly string[], random: Random): string {
  const template = random.pick(DRAWING_REQUESTS)
  const place = random.uniform() < 0.8
  const sides = random.uniform() < 0.7
  const actions = random.uniform() < 0.8
  const [first, second] = scene.characters as readonly Character[] as [Character, Character?]
  if (!second) {
    const action = actions
    return fill(template, {
      name: names[0] as string,
      scene: scenePhrase(first, scene.place, random, { action, side: sides, place }),
    })
  }
  const apart = sides || actions
  const where = place ? random.pick(PLACE_PHRASES[scene.place]) : ''
  if (!apart) return fill(template, { name: names.join(' and '), scene: where })
  const [one, other] = [first, second].map((character, i) =>
    `${names[i]} ${scenePhrase(character, scene.place, random, { action: actions, side: sides })}`.trim(),
  )
  return fill(template, { name: `${one} and ${other}`, scene: where })
}

/** Sometimes all is said, sometimes only a part. */
const described = (individual: Individual, random: Random) =>
  describe(individual, random, { brief: random.uniform() < 0.4, eyes: random.uniform() < 0.8 })

/**
 * A drawing request and its drawing, sometimes followed by one to three questions about it within `maxTokens`.
 * Most of the requests name defined concepts.
 */
export function drawingDialogue(random: Random, maxTokens = 160): Dialogue {
  const two = random.uniform() < TWO_CHANCE
  const individuals: readonly [Individual] | readonly [Individual, Individual] = two
    ? [sampleIndividual(random), sampleIndividual(random)]
    : [sampleIndividual(random)]
  const scene = sampleScene(random, individuals)
  const user: Piece[] = []
  const bot: Piece[] = []
  const concept = random.uniform() < 0.7
  let names: string[]
  const cast: (Named | undefined)[] = []
  if (concept) {
    const bearers = pickNames(random, individuals.length)
    // In company, one of the two may be described instead of named.
    const unnamed = two && random.uniform() < 0.2 ? random.integer(2) : -1
    names = bearers.map((name, i) => (i === unnamed ? described(individuals[i] as Individual, random) : name))
    const named = bearers.map((name, i): Named => ({ name, individual: individuals[i] as Individual }))
    for (const [i, one] of named.entries()) if (i !== unnamed) cast[i] = one
    const known = introduce(
      named.filter((_, i) => i !== unnamed),
      random,
    )
    user.push(...known.pieces)
    bot.push(...known.restated('draw'))
  } else names = individuals.map(individual => described(individual, random))
  user.push(say(request(scene, names, random)))
  bot.push({ type: 'image', scene, loss: true })
  const dialogue = turns({ user, bot })
  if (random.uniform() < 0.5)
    dialogue.push(...seeingTurns(scene, random, maxTokens, { cast, maxTurns: 1 + random.integer(3) }))
  return dialogue
}
