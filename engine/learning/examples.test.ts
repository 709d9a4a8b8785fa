import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { PromptTemplate } from '../answering/prompt.ts'
import { Chameleon } from '../models/chameleon/chameleon.ts'
import { KvCache } from '../models/kv-cache.ts'
import { type Example, ignoredLabel, type Word } from '../models/language.ts'
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
const remembered = { packed: await new KvCache({ layers: 1, heads: 1, headWidth: 2 }).pack(0) }
const memory = { of: () => remembered }
const only = (mixture: Partial<typeof defaultMixture>) =>
  new LessonExamples(template, memory, look, [picture], gallery, { mixture: { ...defaultMixture, ...mixture } })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-examples-'))
  await writeRandomStorybook(folder)
  model = await Chameleon.open(folder, { threads: 1 })
  template = await PromptTemplate.of(model)
  examples = new LessonExamples(template, memory, look, [picture], gallery)
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true })
})

/** The labelled words, in stretches. */
function answers({ ids, labels }: Pick<Example<Word>, 'ids' | 'labels'>): number[][] {
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
  it('label answers only: u rows, then words, behind a picture that was read', () => {
    const { ids, labels, past } = examples.presence(picture, createRandom(1))
    expect(past).toBe(remembered)
    expect(ids).not.toContain(template.words.beginPicture)
    const all = answers({ ids, labels })
    expect(all).toHaveLength(1)
    expect(all[0]!.slice(0, 17)).toEqual([...template.half('language', 0), template.text('yes')[0]])
    expect(all[0]!.at(-1)).toBe(template.words.endTurn)
  })

  it('show a picture that was not read where it is asked about', () => {
    const unread = new LessonExamples(template, { of: () => undefined }, look, [picture], gallery)
    const { ids, past } = unread.presence(picture, createRandom(1))
    expect(past).toBeUndefined()
    const shown = template.begin([picture.codes])
    expect(ids.slice(0, shown.length)).toEqual(shown)
    const behind = examples.presence(picture, createRandom(1))
    expect(ids.slice(shown.length)).toEqual(behind.ids)
  })

  it('ask without a picture, too', () => {
    const example = examples.worded(createRandom(1))
    expect(example.past).toBeUndefined()
    expect(example.ids[0]).toBe(template.words.begin)
    expect(template.decode(answers(example)[0]!, ['kit'])).toBe('kit is a cat.')
  })

  it('draw a photo behind all g rows, with loss on the rows and the picture', () => {
    const [answer] = answers(only({ softPositives: 0, photosDrawn: 1 }).drawn(createRandom(1)))
    expect(answer!.slice(0, 16)).toEqual(template.half('drawing', 0))
    expect(answer!.slice(16)).toEqual([...template.picture(picture.codes), template.words.endTurn])
  })

  it('describe a soft-positive with as many g rows as it is alike, and no u rows', () => {
    const example = only({ softPositives: 1 }).drawn(createRandom(1))
    const [answer] = answers(example)
    expect(answer!.slice(0, 5)).toEqual([...template.half('drawing', 0, 4), template.words.beginPicture])
    const question = example.ids.slice(0, example.ids.indexOf(template.words.endTurn))
    const rows = question.filter(id => (id as number) >= template.vocabularySize)
    expect(rows).toEqual([template.identifier(0), ...template.half('drawing', 0, 4), template.identifier(0)])
  })

  it('deny others with what differs, and weigh the verdict most', () => {
    const example = only({ presence: 1, positives: 0 }).question(createRandom(1))
    const no = template.text('no')[0]!
    expect(example.weights![example.labels.indexOf(no)]).toBe(defaultWeights.verdict)
    expect(template.decode(answers(example)[0]!, ['kit'])).toBe('no, it has blue eyes.')
  })

  it('are the same for the same seed', () => {
    const six = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 6 }, () => examples.question(random))
    }
    expect(six(2)).toEqual(six(2))
    expect(six(3)).not.toEqual(six(2))
  })
})
