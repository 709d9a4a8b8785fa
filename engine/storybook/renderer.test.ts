import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { ACCESSORY_PAINT, coatColour, EYE_COLOURS } from './drawing/palette.ts'
import { toOklab } from './oklab.ts'
import { renderScene, sceneToSvg } from './renderer.ts'
import {
  ACCESSORIES,
  ACCESSORY_COLOURS,
  ACTIONS,
  type Animal,
  COATS,
  EYES,
  HAIRSTYLES,
  type Individual,
  KINDS,
  PATTERNS,
  type Person,
  PLACES,
  type Scene,
  SIDES,
  sampleIndividual,
  sampleScene,
  TRAITS,
} from './scene.ts'

const middling = Object.fromEntries(TRAITS.map(trait => [trait, 0.5])) as Individual['traits']

const cat: Animal = {
  kind: 'cat',
  pattern: 'striped',
  coat: 'orange',
  second: 'white',
  eyes: 'green',
  accessory: { what: 'collar', colour: 'red' },
  traits: middling,
}
const person: Person = { ...cat, kind: 'person', pattern: 'long', second: 'blue' }

const portrait = (individual: Individual, { place = 'beach', action = 'standing', side = 'middle' } = {}): Scene =>
  ({ place, characters: [{ individual, action, side }], variation: 7 }) as Scene

/** How many pixels differ by more than can be overlooked. */
function changedPixels(a: RgbImage, b: RgbImage): number {
  let count = 0
  for (let i = 0; i < a.data.length; i += 3)
    if ([0, 1, 2].some(channel => Math.abs(a.data[i + channel]! - b.data[i + channel]!) > 24)) count++
  return count
}

/** The least number of pixels by which any two of the scenes differ. */
async function leastChange(scenes: readonly Scene[]): Promise<number> {
  const pictures = await Promise.all(scenes.map(scene => renderScene(scene)))
  let least = Number.POSITIVE_INFINITY
  for (const [i, a] of pictures.entries())
    for (const b of pictures.slice(i + 1)) least = Math.min(least, changedPixels(a, b))
  return least
}

describe('renderScene', () => {
  it('gives RGB pictures of the asked size', async () => {
    for (const size of [96, 64, 131]) {
      const { width, height, data } = await renderScene(portrait(cat), size)
      expect([width, height, data.length]).toEqual([size, size, size * size * 3])
    }
    await expect(renderScene(portrait(cat), 9.5)).rejects.toThrow('whole number of pixels')
  })

  it('gives the same bytes for the same scene, others for another variation', async () => {
    const scene = portrait(cat)
    const first = await renderScene(scene)
    expect((await renderScene(structuredClone(scene))).data).toEqual(first.data)
    expect(changedPixels(first, await renderScene({ ...scene, variation: 8 }))).toBeGreaterThan(100)
  })

  it('draws what the built-in weights were trained on', () => {
    // If this fails, the pictures have changed, and the tokeniser and the model have to be trained anew.
    const random = createRandom('frozen')
    const hash = createHash('sha256')
    for (let i = 0; i < 300; i++) {
      const individual = () => sampleIndividual(random)
      hash.update(sceneToSvg(sampleScene(random, i % 2 ? [individual()] : [individual(), individual()])))
    }
    expect(hash.digest('hex')).toBe('e56abf2be872fe9358900fc0dbb18a2841d17e317dfa4682586e9efe6e9d5ea6')
  })

  it('shows every place, action and side', async () => {
    expect(await leastChange(PLACES.map(place => portrait(cat, { place })))).toBeGreaterThan(3000)
    for (const individual of [cat, person])
      expect(await leastChange(ACTIONS.map(action => portrait(individual, { action })))).toBeGreaterThan(400)
    expect(await leastChange(SIDES.map(side => portrait(cat, { side })))).toBeGreaterThan(1000)
  })

  it('shows every attribute that has a word', async () => {
    const among = (all: readonly object[], base: Individual = cat) =>
      leastChange(all.map(change => portrait({ ...base, ...change } as Individual)))
    expect(await among(KINDS.map(kind => ({ kind })).filter(({ kind }) => kind !== 'person'))).toBeGreaterThan(200)
    expect(await among(COATS.filter(coat => coat !== 'white').map(coat => ({ coat })))).toBeGreaterThan(500)
    expect(await among(COATS.filter(coat => coat !== 'orange').map(second => ({ second })))).toBeGreaterThan(60)
    expect(await among(EYES.map(eyes => ({ eyes })))).toBeGreaterThan(20)
    expect(await among(PATTERNS.map(pattern => ({ pattern })))).toBeGreaterThan(100)
    expect(
      await among(
        HAIRSTYLES.map(pattern => ({ pattern })),
        person,
      ),
    ).toBeGreaterThan(100)
    expect(await among(ACCESSORIES.map(what => ({ accessory: { what, colour: 'red' } })))).toBeGreaterThan(80)
    for (const what of ACCESSORIES)
      expect(
        await among([{ accessory: undefined }, ...ACCESSORY_COLOURS.map(colour => ({ accessory: { what, colour } }))]),
        what,
      ).toBeGreaterThan(30)
  })

  it('shows the continuous traits, and a small change as a small one', async () => {
    for (const individual of [cat, person])
      for (const trait of TRAITS) {
        const at = (value: number) => renderScene(portrait({ ...individual, traits: { ...middling, [trait]: value } }))
        const [low, near, high] = await Promise.all([at(0), at(0.02), at(1)])
        expect(changedPixels(low, high), `${individual.kind} ${trait}`).toBeGreaterThan(20)
        expect(changedPixels(low, near), `${individual.kind} ${trait}`).toBeLessThan(changedPixels(low, high) / 2)
      }
  })
})

describe('the palette', () => {
  const distance = (one: string, other: string) => {
    const lab = [one, other].map(colour =>
      toOklab({ width: 1, height: 1, data: Uint8Array.from(Buffer.from(colour.slice(1), 'hex')) }),
    ) as [Float32Array, Float32Array]
    return Math.hypot(...lab[0].map((value, i) => value - lab[1][i]!))
  }

  it('keeps the coats apart at both ends of shade and warmth', () => {
    const corners = [0, 0.5, 1].flatMap(shade => [0, 0.5, 1].map(warmth => [shade, warmth] as const))
    for (const one of COATS)
      for (const other of COATS.slice(COATS.indexOf(one) + 1))
        for (const a of corners)
          for (const b of corners)
            expect(distance(coatColour(one, ...a), coatColour(other, ...b)), `${one} and ${other}`).toBeGreaterThan(
              0.05,
            )
  })

  it('keeps eye and accessory colours apart', () => {
    for (const colours of [Object.values(EYE_COLOURS), Object.values(ACCESSORY_PAINT)])
      for (const [i, one] of colours.entries())
        for (const other of colours.slice(i + 1)) expect(distance(one, other)).toBeGreaterThan(0.15)
  })
})
