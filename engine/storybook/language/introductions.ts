/**
 * How those a turn names are made known to the bot: mostly by definitions, at times by a description in words only (the
 * prompt-only way, which nothing restates); with remembered facts behind them and strangers before them at times.
 */
import type { Random } from '../../random.ts'
import { type Individual, sampleIndividual, sampleLookalike } from '../scene.ts'
import { describe } from './captions.ts'
import { sampleFact } from './facts.ts'
import { define, type Named, type Piece, pickNames, restate, say } from './pieces.ts'

const IN_WORDS = 0.12
const STRANGER = 0.08
const FACT = 0.08

export interface Introduction {
  /** For the beginning of the user's turn. */
  readonly pieces: Piece[]
  /** For the beginning of the answer; of those given by name, or all. */
  restated(half: 'draw' | 'tell', names?: readonly string[]): Piece[]
}

export function introduce(
  named: readonly Named[],
  random: Random,
  { inWords = IN_WORDS, stranger = STRANGER, fact = FACT }: { inWords?: number; stranger?: number; fact?: number } = {},
): Introduction {
  const words = random.uniform() < inWords
  const taken = named.map(({ name }) => name)
  const strangers =
    random.uniform() < stranger
      ? [{ name: pickNames(random, 1, taken)[0] as string, individual: sampleIndividual(random) }]
      : []
  const pieces = [...strangers, ...named].map(one =>
    words ? say(`${one.name} is ${describe(one.individual, random)}.`) : define(one),
  )
  if (named.length > 0 && random.uniform() < fact)
    pieces.push(say(sampleFact(random.pick(taken), pickNames(random, 1, taken)[0] as string, random).sentence))
  return {
    pieces,
    restated: (half, names = taken) =>
      words ? [] : names.map(name => restate(half, named.find(one => one.name === name) as Named)),
  }
}

/** A lookalike with a second colour exactly where its pattern has one. */
export function lookalike(random: Random, of: Individual, changes: 1 | 2): Individual {
  for (;;) {
    const individual = sampleLookalike(random, of, changes)
    if ((individual.pattern === 'plain') === (individual.second === undefined)) return individual
  }
}
