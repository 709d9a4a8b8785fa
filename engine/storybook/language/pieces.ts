/**
 * What a dialogue is made of. A dialogue is one token sequence: turns of the user and the bot in alternation, each closed
 * by an end. Pictures come first in a user's turn, then definitions, then text; a picture is drawn last in a bot's turn.
 *
 * Rule of self-prompting: an answer in words begins by restating the `tell` half of every concept that its question
 * names and the turn defines, in the order of naming; a drawing, the `draw` halves. Every other answer restates nothing.
 */
import type { Random } from '../../random.ts'
import { type Individual, type Scene, TRAITS, type Trait } from '../scene.ts'
import { NAMES, splitWords } from './vocabulary.ts'

export type Piece =
  | { readonly type: 'text'; readonly text: string; readonly loss: boolean }
  /** `NAME is <draw> w1…w15 <tell> w1…w15 .` */
  | { readonly type: 'definition'; readonly name: string; readonly individual: Individual }
  /** `<half> w1…w15`, in an answer. */
  | { readonly type: 'restate'; readonly half: 'draw' | 'tell'; readonly individual: Individual; readonly loss: true }
  | { readonly type: 'image'; readonly scene: Scene; readonly loss: boolean }
  /** End of a turn. */
  | { readonly type: 'end'; readonly loss: boolean }
export type Dialogue = Piece[]

/** One question and its answer, without their ends. */
export interface Exchange {
  readonly user: Piece[]
  readonly bot: Piece[]
}

/** A name with who bears it. */
export interface Named {
  readonly name: string
  readonly individual: Individual
}

export const say = (text: string): Piece => ({ type: 'text', text, loss: false })
export const reply = (text: string): Piece => ({ type: 'text', text, loss: true })
export const define = ({ name, individual }: Named): Piece => ({ type: 'definition', name, individual })
export const restate = (half: 'draw' | 'tell', { individual }: Named): Piece => ({
  type: 'restate',
  half,
  individual,
  loss: true,
})

/** Token counts of a definition (name, is, 2·16, full stop) and of a restatement. */
export const DEFINITION_TOKENS = 35
export const RESTATE_TOKENS = 16

/** Tokens of the pieces; an image counts nothing. */
export function countTokens(pieces: readonly Piece[]): number {
  let count = 0
  for (const piece of pieces) {
    if (piece.type === 'text') count += splitWords(piece.text).length
    else if (piece.type === 'definition') count += DEFINITION_TOKENS
    else if (piece.type === 'restate') count += RESTATE_TOKENS
    else if (piece.type === 'end') count++
  }
  return count
}

/** The exchange as two closed turns; the loss covers the bot's end only. */
export function turns({ user, bot }: Exchange): Piece[] {
  return [...user, { type: 'end', loss: false }, ...bot, { type: 'end', loss: true }]
}

/** Different random names. */
export function pickNames(random: Random, count: number, not: readonly string[] = []): string[] {
  const names: string[] = []
  while (names.length < count) {
    const name = random.pick(NAMES)
    if (!names.includes(name) && !not.includes(name)) names.push(name)
  }
  return names
}

/** The same somebody seen a little differently: noise on the traits, as a learned profile is never exact. */
export function blurred(individual: Individual, random: Random, deviation = 0.04): Individual {
  const traits = {} as Record<Trait, number>
  for (const trait of TRAITS)
    traits[trait] = Math.min(1, Math.max(0, individual.traits[trait] + deviation * random.normal()))
  return { ...individual, traits }
}

/** Picks a key by weight. */
export function weighted<T extends string>(random: Random, weights: Readonly<Record<T, number>>): T {
  const entries = Object.entries(weights) as [T, number][]
  let rest = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [key, weight] of entries) {
    rest -= weight
    if (rest < 0) return key
  }
  return (entries[entries.length - 1] as [T, number])[0]
}
