/**
 * What photos say of their subject when every reading of it that is still open is tried as a drawing: attribute after
 * attribute, the words that may be meant are weighed by how likely they make the photos (`synthesis.ts`).
 */
import type { ModelContext } from '../answering/context.ts'
import type { Stepping } from '../answering/steps.ts'
import { readRowTables } from '../learning/rows.ts'
import { logSumExp } from '../models/sampling.ts'
import { type Belief, combine, type Slots } from './belief.ts'
import { PROFILE_SLOTS, SLOT_WORDS } from './language/profile.ts'
import type { ReadPicture } from './reading.ts'
import { believedRows } from './row-start.ts'
import { HAIRSTYLES, PATTERNS } from './scene.ts'
import { SYNTHESIS_WEIGHT, synthesisLogLikelihoods } from './synthesis.ts'

/** A photo or its mirror image, and which of its characters is the subject. */
export interface Glimpse {
  readonly codes: readonly number[]
  readonly scene: ReadPicture
  readonly subject: number
}

type Slot = (typeof PROFILE_SLOTS)[number]

/** Slots whose words go together are tried together. */
const ATTRIBUTES: readonly (readonly Slot[])[] = [
  ['kind'],
  ['coat'],
  ['pattern', 'second'],
  ['eyes'],
  ['accessory', 'accessoryColour'],
]
/** What is believed less than this is not tried. */
const OPEN = 0.01
/** Most that is tried of an attribute. */
const MOST = 6

/** A word for each slot of an attribute, and the logarithm of how far it is believed. */
interface Hypothesis {
  readonly words: readonly number[]
  readonly log: number
}

export async function lookAgain(
  context: ModelContext,
  first: Belief,
  glimpses: readonly Glimpse[],
  stepping: Stepping = {},
): Promise<Belief> {
  const tables = await readRowTables(context.model)
  const others = glimpses.map(({ scene }) =>
    scene.characters.map(({ slots }) => believedRows(context, combine([{ reading: slots }]), tables)),
  )
  let belief = first
  for (const attribute of ATTRIBUTES) {
    const hypotheses = open(belief, attribute)
    if (hypotheses.length < 2) continue
    const taken = hypotheses.flatMap(({ words }) => {
      const rows = believedRows(context, supposing(belief, attribute, [{ words, share: 1 }]), tables)
      return glimpses.map(({ codes, scene, subject }, i) => ({
        codes,
        scene,
        characters: others[i]!.with(subject, rows),
      }))
    })
    const likely = await synthesisLogLikelihoods(context, taken, stepping)
    const logs = hypotheses.map(({ log }, h) => {
      const each = likely.slice(h * glimpses.length, (h + 1) * glimpses.length)
      return log + SYNTHESIS_WEIGHT * each.reduce((sum, one) => sum + one, 0)
    })
    const total = logSumExp(logs)
    const weighed = hypotheses.map(({ words }, h) => ({ words, share: Math.exp(logs[h]! - total) }))
    belief = supposing(belief, attribute, weighed)
  }
  return belief
}

/** What an attribute may be, the most believed first. */
function open({ slots }: Belief, attribute: readonly Slot[]): Hypothesis[] {
  let all: Hypothesis[] = [{ words: [], log: 0 }]
  for (const slot of attribute)
    all = all.flatMap(({ words, log }) =>
      [...slots[PROFILE_SLOTS.indexOf(slot)]!].map((p, word) => ({ words: [...words, word], log: log + Math.log(p) })),
    )
  const kinds = slots[PROFILE_SLOTS.indexOf('kind')]!
  const person = kinds[SLOT_WORDS[0]!.indexOf('person')]! > 0.5
  return all
    .filter(({ words, log }) => log > Math.log(OPEN) && goTogether(attribute, words, person))
    .sort((a, b) => b.log - a.log)
    .slice(0, MOST)
}

/** Of nothing there is no colour, and of what there is, there is one. */
function goTogether(attribute: readonly Slot[], words: readonly number[], person: boolean): boolean {
  const [one, other] = attribute.map((slot, i) => SLOT_WORDS[PROFILE_SLOTS.indexOf(slot)]![words[i]!])
  if (attribute[0] === 'pattern')
    return (one === 'plain') === (other === 'nosecond') && (person ? HAIRSTYLES : PATTERNS).includes(one as never)
  return attribute[0] !== 'accessory' || (one === 'bare') === (other === 'nocolour')
}

/** The belief with an attribute's slots as their words' shares say. */
function supposing(
  belief: Belief,
  attribute: readonly Slot[],
  shares: readonly { readonly words: readonly number[]; readonly share: number }[],
): Belief {
  const slots: Slots = belief.slots.map((distribution, slot) => {
    const at = attribute.indexOf(PROFILE_SLOTS[slot]!)
    if (at < 0) return distribution
    const supposed = new Float32Array(distribution.length)
    for (const { words, share } of shares) supposed[words[at]!]! += share
    return supposed
  })
  return { ...belief, slots }
}
