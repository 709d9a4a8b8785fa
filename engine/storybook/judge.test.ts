import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { identityJudge, pictureFeature, promptJudge, rankByFeature, retrieve, sceneJudge } from './judge.ts'
import { renderScene } from './renderer.ts'
import { type Individual, PLACES, type Scene, sampleIndividual, sampleScene, TRAITS } from './scene.ts'

const subject: Individual = {
  kind: 'fox',
  pattern: 'bellied',
  coat: 'blue',
  second: 'cream',
  eyes: 'gold',
  accessory: { what: 'scarf', colour: 'red' },
  traits: Object.fromEntries(TRAITS.map(trait => [trait, 0.4])) as Individual['traits'],
}
const scene: Scene = {
  place: 'forest',
  characters: [{ individual: subject, action: 'standing', side: 'left' }],
  variation: 3,
}

describe('pictureFeature', () => {
  it('does not depend on the size of the picture but on its content', async () => {
    const small = pictureFeature(await renderScene(scene, 96))
    const candidates = await Promise.all(
      PLACES.map(async place => pictureFeature(await renderScene({ ...scene, place }, 160))),
    )
    expect(rankByFeature(small, candidates)[0]).toBe(PLACES.indexOf('forest'))
  })

  it('refuses to compare features of different lengths', () => {
    expect(() => rankByFeature(new Float32Array(3), [new Float32Array(4)])).toThrow('one length but received 3 and 4')
  })
})

describe('retrieve', () => {
  it('finds a scene by another rendering of it', async () => {
    const random = createRandom('retrieve')
    const scenes = Array.from({ length: 30 }, () => sampleScene(random, [sampleIndividual(random)]))
    const candidates = await Promise.all(scenes.map(one => renderScene(one)))
    for (const i of [0, 7, 21]) {
      const query = await renderScene({ ...scenes[i]!, variation: random.integer(1000) })
      const order = retrieve(query, candidates)
      expect(order[0]).toBe(i)
      expect([...order].sort((a, b) => a - b)).toEqual(candidates.map((_, k) => k))
    }
  })
})

describe('identityJudge', () => {
  it('puts the subject first, in whatever variation, and somebody else not', async () => {
    const random = createRandom('identity')
    for (const variation of [11, 12]) {
      const drawing = await renderScene({ ...scene, variation })
      expect(await identityJudge(drawing, subject, scene, random.fork(variation))).toBe(1)
    }
    const stranger: Individual = { ...subject, eyes: 'red', coat: 'green' }
    const drawing = await renderScene({ ...scene, characters: [{ ...scene.characters[0], individual: stranger }] })
    expect(await identityJudge(drawing, subject, scene, random)).toBeGreaterThan(1)
  }, 20_000)

  it('refuses a drawing that is not square', async () => {
    const drawing = { width: 2, height: 1, data: new Uint8Array(6) }
    await expect(identityJudge(drawing, subject, scene, createRandom(1))).rejects.toThrow('square')
  })
})

describe('sceneJudge', () => {
  it('confirms what was asked for and denies what was not', async () => {
    const random = createRandom('scene')
    const drawing = await renderScene({ ...scene, variation: 99 })
    expect(await sceneJudge(drawing, scene, random)).toEqual({ place: true, action: true, side: true })
    const elsewhere: Scene = { ...scene, place: 'moon' }
    expect((await sceneJudge(drawing, elsewhere, random)).place).toBe(false)
    const otherwise: Scene = { ...scene, characters: [{ individual: subject, action: 'sleeping', side: 'right' }] }
    expect(await sceneJudge(drawing, otherwise, random)).toMatchObject({ action: false, side: false })
  }, 20_000)

  it('judges two characters by their order', async () => {
    const other = sampleIndividual(createRandom('other'))
    const two: Scene = {
      ...scene,
      characters: [scene.characters[0], { individual: other, action: 'jumping', side: 'right' }],
    }
    const [first, second] = two.characters as [Scene['characters'][0], Scene['characters'][0]]
    const swapped: Scene = {
      ...two,
      characters: [
        { ...first, side: 'right' },
        { ...second, side: 'left' },
      ],
    }
    const drawing = await renderScene(two)
    expect((await sceneJudge(drawing, two, createRandom(1))).side).toBe(true)
    expect((await sceneJudge(drawing, swapped, createRandom(1))).side).toBe(false)
  }, 20_000)
})

describe('promptJudge', () => {
  it('finds the asked scene among others', async () => {
    const random = createRandom('prompt')
    expect(await promptJudge(await renderScene({ ...scene, variation: 5 }), scene, random, 40)).toBe(1)
    const another = await renderScene(sampleScene(random, [sampleIndividual(random)], { place: 'sea' }))
    expect(await promptJudge(another, scene, random, 40)).toBeGreaterThan(1)
  }, 20_000)
})
