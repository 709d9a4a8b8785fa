import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { sampleIndividual, sampleScene } from '../scene.ts'
import { attributeQuestions, chosenOption, conceptQuestions, presenceQuestion, recognitionScenes } from './questions.ts'
import { answer, differences, type Subject } from './topics.ts'

const random = createRandom('questions')

describe('evaluation items', () => {
  it('have one right option, in any place', () => {
    const places = [0, 0, 0, 0]
    for (let i = 0; i < 200; i++) {
      const individual = sampleIndividual(random)
      const scene = sampleScene(random, i % 2 ? [individual] : [individual, sampleIndividual(random)])
      const items = [
        ...attributeQuestions(scene, random),
        ...conceptQuestions({ name: 'bo', individual }, scene, random),
      ]
      expect(items.length).toBeGreaterThan(8)
      for (const { options, answer, topic } of items) {
        expect(new Set(options).size).toBe(options.length)
        expect(options).toContain(answer)
        expect(chosenOption(options, `${answer}.`), `${topic}: ${options.join(' | ')}`).toBe(answer)
        if (options.length === 4) places[options.indexOf(answer)]!++
      }
    }
    const all = places.reduce((sum, one) => sum + one)
    for (const count of places) expect(count / all).toBeGreaterThan(0.2)
  })

  it('recognise the answers that dialogues give', () => {
    for (let i = 0; i < 200; i++) {
      const scene = sampleScene(random, [sampleIndividual(random)])
      const subject: Subject = { ...scene.characters[0], place: scene.place }
      for (const item of conceptQuestions({ name: 'bo', individual: subject.individual }, scene, random)) {
        if (item.topic === 'presence') continue
        const text = answer(item.topic, subject, 'bo', random)
        expect(chosenOption(item.options, text), `${text} among ${item.options.join(' | ')}`).toBe(item.answer)
      }
    }
  })

  it('do not take an unclear answer', () => {
    expect(chosenOption(['red', 'blue'], 'red or blue.')).toBeUndefined()
    expect(chosenOption(['red', 'blue'], 'i do not know.')).toBeUndefined()
  })

  it('ask for presence by what can be seen', () => {
    for (let i = 0; i < 30; i++) {
      const individual = sampleIndividual(random)
      for (const { scene, shows } of recognitionScenes(individual, random, 4)) {
        const item = presenceQuestion(scene, { name: 'bo', individual }, random)
        expect(item.answer).toBe(shows === 'subject' ? 'yes' : 'no')
        expect(item.question).toContain('bo')
        if (shows === 'lookalike') expect(differences(individual, scene.characters[0]).length).toBeLessThanOrEqual(3)
      }
    }
  })
})
