import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { PromptTemplate } from '../answering/prompt.ts'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import { type Example, ignoredLabel } from '../models/language.ts'
import { createRandom } from '../random.ts'
import { defaultMixture, defaultWeights, LessonExamples } from './examples.ts'
import type { Gallery, SubjectPicture } from './gallery.ts'

let folder: string
let model: Chameleon
let template: PromptTemplate
let examples: LessonExamples

const picture: SubjectPicture = {
  codes: Array.from({ length: 64 }, () => 3),
  request: () => 'draw {name} in the snow.',
  ask: () => ({ question: 'what is {name} doing?', answer: '{name} is sitting.' }),
}
const gallery: Pick<Gallery, 'likenesses' | 'softPositives' | 'others'> = {
  likenesses: [],
  softPositives: [{ codes: picture.codes.map(() => 5), tokens: 4, request: picture.request }],
  others: [{ codes: picture.codes.map(() => 7), hard: true, deny: () => 'no, it has blue eyes.' }],
}
const look = { ask: () => ({ question: 'what is {name}?', answer: '{name} is a cat.' }) }
const only = (kind: Partial<typeof defaultMixture>) => {
  const none = { seeing: 0, drawing: 0, worded: 0, softPositives: 0 }
  return new LessonExamples(template, look, [picture], gallery, { mixture: { ...defaultMixture, ...none, ...kind } })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-examples-'))
  await writeRandomStorybook(folder)
  model = await Chameleon.open(folder, { threads: 1 })
  template = await PromptTemplate.of(model)
  examples = new LessonExamples(template, look, [picture], gallery)
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true })
})

/** The labelled words, in stretches. */
function answers({ ids, labels }: Example): number[][] {
  const stretches: number[][] = []
  for (const [t, label] of labels.entries()) {
    if (label === ignoredLabel) continue
    expect(label).toBe(ids[t])
    if (t === 0 || labels[t - 1] === ignoredLabel) stretches.push([])
    stretches.at(-1)!.push(label)
  }
  return stretches
}

describe('the examples of a lesson', () => {
  it('label answers only: u rows before words', () => {
    const { ids } = examples.seeing(picture, createRandom(1))
    const [first, second] = answers(examples.seeing(picture, createRandom(1)))
    for (const answer of [first!, second!]) {
      expect(answer.slice(0, 16)).toEqual(template.half('language', 0))
      expect(answer.at(-1)).toBe(template.words.endTurn)
    }
    // The picture once, and the definition before each of the two questions.
    expect(ids.filter(id => id === template.words.beginPicture)).toHaveLength(1)
    expect(ids.filter(id => id === template.half('drawing', 0)[0])).toHaveLength(2)
  })

  it('draw a photo behind all g rows, with loss on the rows and the picture', () => {
    const [answer] = answers(only({ drawing: 1, photosDrawn: 1 }).next(createRandom(1)))
    expect(answer!.slice(0, 16)).toEqual(template.half('drawing', 0))
    expect(answer!.slice(16)).toEqual([...template.picture(picture.codes), template.words.endTurn])
  })

  it('describe a soft-positive with as many g rows as it is alike, and no u rows', () => {
    const example = only({ drawing: 1, softPositives: 1 }).next(createRandom(1))
    const [answer] = answers(example)
    expect(answer!.slice(0, 5)).toEqual([...template.half('drawing', 0, 4), template.words.beginPicture])
    const rows = example.ids
      .slice(0, example.ids.indexOf(template.words.endTurn))
      .filter(id => id >= template.vocabularySize)
    expect(rows).toEqual([template.identifier(0), ...template.half('drawing', 0, 4), template.identifier(0)])
  })

  it('deny others with what differs, and weigh the verdict most', () => {
    const example = only({ seeing: 1, positives: 0 }).next(createRandom(1))
    const no = template.text('no')[0]!
    const verdicts = example.labels.flatMap((label, t) => (label === no ? [example.weights![t]] : []))
    expect(verdicts).toEqual([defaultWeights.verdict, defaultWeights.verdict])
    expect(template.decode(answers(example)[0]!, ['kit'])).toBe('no, it has blue eyes.')
  })

  it('are the same for the same seed', () => {
    expect(examples.batch(6, createRandom(2))).toEqual(examples.batch(6, createRandom(2)))
    expect(examples.batch(6, createRandom(3))).not.toEqual(examples.batch(6, createRandom(2)))
  })
})
