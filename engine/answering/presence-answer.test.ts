import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import { startRows } from '../learning/rows.ts'
import { sigmoid } from '../models/sampling.ts'
import { createRandom } from '../random.ts'
import { certainBelief } from '../storybook/belief.ts'
import { renderScene } from '../storybook/renderer.ts'
import { rowStart } from '../storybook/row-start.ts'
import { type Individual, sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { type ModelContext, openContext } from './context.ts'
import { answerWords } from './presence.ts'
import { asksPresence, presenceAnswer } from './presence-answer.ts'
import { reply } from './reply.ts'

describe('asking whether somebody is in a picture', () => {
  it.each([
    'is Mắm here?',
    'And is mắm in this one?',
    'is Mắm in the picture',
    'is this Mắm?',
    'Can you see Mắm in this photo?',
    'do you see mắm here too?',
    'Are Mắm and Bo in this picture?',
    'does this photo show Bo?',
    'is Mắm in this?',
  ])('is told in %j', text => {
    expect(asksPresence(text, ['Mắm', 'Bo'])).toBe(true)
  })

  it.each([
    'is Mắm in the snow?',
    'is Mắm wearing a hat here?',
    'is Mắm a cat?',
    'who is this?',
    'is Mắmy here?',
    'is anybody here?',
    'what is Mắm doing in this picture?',
    'draw Mắm in this picture',
    '',
  ])('is not read into %j', text => {
    expect(asksPresence(text, ['Mắm', 'Bo'])).toBe(false)
  })
})

describe('the yes or no to it', () => {
  let context: ModelContext
  beforeAll(async () => {
    context = await openContext('models/storybook', { device: 'cpu' })
  })
  afterAll(() => context.model.close())

  const concept = (name: string, threshold: number) => ({
    ...randomConcept(context, name),
    threshold: sigmoid(threshold),
  })
  const pictures = [[1], [2]]
  /** About to say `yes` with these log-odds against `no`, or another word. */
  const saying = (odds: number, other = -9) => {
    const [[yes], [no]] = [answerWords(context.template).yes, answerWords(context.template).no] as [number[], number[]]
    const logits = new Float32Array(context.template.vocabularySize).fill(-20)
    logits[yes as number] = odds
    logits[no as number] = 0
    logits[context.template.said('cat')[0] as number] = other
    return logits
  }
  const said = async (changes: Partial<ModelContext>, logits: Float32Array, concepts: ReturnType<typeof concept>[]) => {
    const word = await presenceAnswer({ ...context, ...changes }, logits, pictures, concepts)
    return word === undefined ? undefined : context.template.decode([word])
  }

  it('is by the threshold of the concept where nothing else is known', async () => {
    expect(await said({ likeness: undefined }, saying(1), [concept('Bo', 2)])).toBe('no')
    expect(await said({ likeness: undefined }, saying(-1), [concept('Bo', -2)])).toBe('yes')
  })

  it('counts how alike they are, in the picture in which they are most alike', async () => {
    const likeness: ModelContext['likeness'] = async () => [[-30], [10]]
    expect(await said({ likeness }, saying(-1), [concept('Bo', 8)])).toBe('yes')
    expect(await said({ likeness }, saying(-1), [concept('Bo', 10)])).toBe('no')
  })

  it('is yes for several when all are there', async () => {
    const both = [concept('Bo', 2), concept('Mắm', 2)]
    expect(
      await said(
        {
          likeness: async () => [
            [9, 9],
            [-9, -9],
          ],
        },
        saying(0.5),
        both,
      ),
    ).toBe('yes')
    expect(
      await said(
        {
          likeness: async () => [
            [9, -9],
            [9, -9],
          ],
        },
        saying(0.5),
        both,
      ),
    ).toBe('no')
    expect(await said({ likeness: undefined }, saying(0.5), both)).toBeUndefined()
  })

  it('is left alone where the model says something else', async () => {
    expect(await said({ likeness: async () => [[9], [9]] }, saying(0, 3), [concept('Bo', 2)])).toBeUndefined()
  })

  it('begins the answer to a question about a picture, in which the model goes on', async () => {
    const random = createRandom('presence answer')
    const animal = () => {
      for (;;) {
        const one = sampleIndividual(random)
        if (one.kind !== 'person') return one
      }
    }
    const bo = animal()
    let other = animal()
    while (other.kind === bo.kind || other.coat === bo.coat) other = animal()
    const { rows, headRows } = await startRows(context, rowStart(context, certainBelief(bo), 'Bo'))
    const known = { ...concept('Bo', 0), embedding: rows, head: headRows }
    const answer = async (who: Individual) => {
      const image = await renderScene(sampleScene(random, [who], { action: 'sitting' }))
      return (await reply(context, { text: 'Is Bo in this picture?', images: [image], concepts: [known] })).text
    }
    for (let i = 0; i < 3; i++) {
      expect(await answer(bo)).toMatch(/^Yes, /)
      expect(await answer(other)).toMatch(/^No, /)
    }
  })
})
