import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import { readRowTables } from '../learning/rows.ts'
import { createRandom } from '../random.ts'
import { type Belief, certainBelief } from './belief.ts'
import { PROFILE_SLOTS, SLOT_WORDS } from './language/profile.ts'
import type { ReadCharacter, ReadPicture } from './reading.ts'
import { believedRows } from './row-start.ts'
import { type Individual, sampleIndividual } from './scene.ts'
import { type Glimpse, lookAgain } from './second-look.ts'
import { SYNTHESIS_WEIGHT, synthesisLogLikelihoods } from './synthesis.ts'

let folder: string
let context: ModelContext
const { accessory: _, ...looks } = sampleIndividual(createRandom('second look'))
const individual = {
  ...looks,
  kind: 'cat',
  coat: 'orange',
  pattern: 'striped',
  second: 'white',
  eyes: 'green',
} as Individual
const { slots } = certainBelief(individual)
const other: ReadCharacter = { kind: 'cat', slots, side: 'left', action: 'sitting' }
const scene: ReadPicture = { place: 'forest', characters: [other, { ...other, side: 'right', action: 'playing' }] }
const glimpses: Glimpse[] = [3, 5].map(step => ({
  codes: Array.from({ length: 64 }, (_, i) => (i * step) % 32),
  scene,
  subject: 1,
}))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-look-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { device: 'cpu', threads: 1 })
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

/** The individual, of whom the slots may be something else as well. */
function unsure(shares: Partial<Record<(typeof PROFILE_SLOTS)[number], Record<string, number>>>): Belief {
  const belief = certainBelief(individual)
  const open = belief.slots.map((distribution, slot) => {
    const words = shares[PROFILE_SLOTS[slot]!]
    return words ? Float32Array.from(SLOT_WORDS[slot]!, word => words[word] ?? 0) : distribution
  })
  return { ...belief, slots: open }
}
const sharesOf = ({ slots }: Belief, name: (typeof PROFILE_SLOTS)[number]) => {
  const slot = PROFILE_SLOTS.indexOf(name)
  return Object.fromEntries(
    SLOT_WORDS[slot]!.flatMap((word, i) => (slots[slot]![i]! > 0 ? [[word, slots[slot]![i]!]] : [])),
  )
}

describe('lookAgain', () => {
  it('leaves alone what is certain', async () => {
    const certain = certainBelief(individual)
    expect(await lookAgain(context, certain, glimpses)).toEqual(certain)
  })

  it('weighs what may be by how likely it makes the photos', async () => {
    const before = unsure({ eyes: { greeneyes: 0.7, goldeyes: 0.3 } })
    const after = sharesOf(await lookAgain(context, before, glimpses), 'eyes')
    const tables = await readRowTables(context.model)
    const likely = (eyes: string) => {
      const rows = believedRows(context, unsure({ eyes: { [eyes]: 1 } }), tables)
      const taken = glimpses.map(({ codes }) => ({
        codes,
        scene,
        characters: [believedRows(context, certainBelief(individual), tables), rows],
      }))
      return synthesisLogLikelihoods(context, taken)
    }
    const [green, gold] = await Promise.all(['greeneyes', 'goldeyes'].map(likely))
    const difference = green!.reduce((sum, one, i) => sum + one - gold![i]!, 0)
    expect(Math.abs(difference)).toBeGreaterThan(0.05)
    const odds = (0.7 / 0.3) * Math.exp(SYNTHESIS_WEIGHT * difference)
    // What others of the picture are read as is believed a little less than certainly.
    expect(Math.log(after.greeneyes! / after.goldeyes!)).toBeCloseTo(Math.log(odds), 1)
    expect(after.greeneyes! + after.goldeyes!).toBeCloseTo(1, 5)
  })

  it('tries a pattern with its colour and nothing without', async () => {
    const before = unsure({
      pattern: { striped: 0.5, plain: 0.5 },
      second: { whitesecond: 0.5, nosecond: 0.5 },
      accessory: { bare: 0.6, hat: 0.4 },
      accessoryColour: { nocolour: 0.6, redthing: 0.4 },
    })
    const after = await lookAgain(context, before, glimpses)
    const [pattern, second] = [sharesOf(after, 'pattern'), sharesOf(after, 'second')]
    expect(pattern.plain).toBeCloseTo(second.nosecond!, 6)
    expect(pattern.striped).toBeCloseTo(second.whitesecond!, 6)
    expect(sharesOf(after, 'accessory').hat).toBeCloseTo(sharesOf(after, 'accessoryColour').redthing!, 6)
  })
})
