import { expect, describe as group, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { type Individual, type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { attributeF1, attributesOf, visibleAttributes } from './attributes.ts'
import { caption, describe } from './captions.ts'

const random = createRandom('captions')
const scenes: Scene[] = Array.from({ length: 600 }, (_, i) =>
  sampleScene(random, i % 2 ? [sampleIndividual(random)] : [sampleIndividual(random), sampleIndividual(random)]),
)

group('caption', () => {
  it('says all that can be seen, and attributesOf reads it back', () => {
    for (const scene of scenes) {
      const text = caption(scene, random)
      expect(attributeF1(text, scene), text).toBe(1)
    }
  })

  it('says less when brief, and nothing wrong', () => {
    for (const scene of scenes) {
      const text = caption(scene, random, { brief: true })
      const truth = scene.characters.map(visibleAttributes)
      for (const said of attributesOf(text).characters)
        expect(
          truth.some(one => Object.entries(said).every(([key, value]) => one[key as keyof typeof one] === value)),
          text,
        ).toBe(true)
    }
  })

  it('has many wordings', () => {
    const scene = scenes[1] as Scene
    expect(new Set(Array.from({ length: 200 }, () => caption(scene, random))).size).toBeGreaterThan(50)
  })
})

group('describe', () => {
  it('names every attribute of an individual', () => {
    for (let i = 0; i < 500; i++) {
      const individual: Individual = sampleIndividual(random)
      const text = describe(individual, random)
      const { action: _, side: __, ...looks } = visibleAttributes({ individual, action: 'standing', side: 'left' })
      const said = attributesOf(text).characters
      expect(said, text).toHaveLength(1)
      expect({ pattern: 'plain', ...said[0] }, text).toEqual(looks)
    }
  })
})

group('attributesOf', () => {
  it('reads sentences that captions do not write', () => {
    expect(attributesOf('The grey dog is asleep in the woods. Its eyes are green and it wears a blue scarf.')).toEqual({
      place: 'forest',
      characters: [
        { kind: 'dog', coat: 'gray', action: 'sleeping', eyes: 'green', accessory: 'scarf', accessoryColour: 'blue' },
      ],
    })
    expect(attributesOf('a cat and a dog').characters).toEqual([{ kind: 'cat' }, { kind: 'dog' }])
    expect(attributesOf('it wears a red hat, not a blue collar.').characters).toEqual([
      { accessory: 'hat', accessoryColour: 'red' },
    ])
    expect(attributesOf('hello there')).toEqual({ characters: [] })
  })
})

group('attributeF1', () => {
  const scene = scenes[1] as Scene
  it('falls with what is wrong or missing', () => {
    const { kind } = scene.characters[0].individual
    expect(attributeF1(`a ${kind}.`, scene)).toBeLessThan(0.5)
    expect(attributeF1('hello there.', scene)).toBe(0)
    const right = caption(scene, random)
    const wrong = right.replace(kind, kind === 'cat' ? 'dog' : 'cat')
    expect(attributeF1(wrong, scene)).toBeLessThan(1)
  })
})
