import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import type { LessonExamples } from './examples.ts'
import type { OtherPicture, SoftPositive, SubjectPicture } from './gallery.ts'
import { publishedBatches } from './published-samples.ts'
import { lessonBudgets } from './recipe.ts'

/** Examples that say what they are of, in place of words. */
const tell = (of: string, id: number) => ({ ids: [id], labels: [of.length], weights: [1] })
const examples = {
  presence: ({ codes }: SubjectPicture) => tell('yes', codes[0]!),
  about: ({ codes }: SubjectPicture) => tell('asked', codes[0]!),
  drawing: ({ codes }: SubjectPicture) => tell('photo drawn', codes[0]!),
  absence: ({ codes, hard }: OtherPicture) => tell(hard ? 'hard' : 'easy one', codes[0]!),
  alike: ({ codes }: SoftPositive) => tell('soft-positive', codes[0]!),
} as unknown as LessonExamples
const picture = (code: number) => ({ codes: [code] }) as unknown as SubjectPicture
const other = (code: number, hard: boolean) => ({ codes: [code], hard }) as unknown as OtherPicture

describe('the published samples', () => {
  it('are 1,522 an epoch, in batches of four, in another order each time', () => {
    const photos = [picture(1), picture(2)]
    const others = [other(3, true), other(4, true), other(5, false)]
    const softPositives = Array.from({ length: 1_000 }, (_, i) => ({ codes: [100 + i] }) as unknown as SoftPositive)
    const next = publishedBatches(examples, photos, { likenesses: [], others, softPositives }, createRandom(1))
    const { checkEvery, steps } = lessonBudgets.paper.recipe
    expect([checkEvery, steps]).toEqual([381, 15 * 381])
    const epoch = () => {
      const batches = Array.from({ length: checkEvery }, next)
      for (const { questions, drawings, drawingShare } of batches) {
        expect(questions.length + drawings.length).toBeLessThanOrEqual(4)
        expect(drawingShare).toBe(drawings.length / (questions.length + drawings.length))
      }
      return batches.flatMap(({ questions, drawings }) => [...questions, ...drawings])
    }
    const first = epoch()
    expect(first).toHaveLength(1_522)
    const count = (of: string) => first.filter(({ labels }) => labels[0] === of.length).length
    expect(['yes', 'hard', 'easy one', 'asked', 'photo drawn', 'soft-positive'].map(count)).toEqual([
      205, 100, 100, 50, 67, 1_000,
    ])
    const ids = first.map(({ ids }) => ids[0] as number)
    expect(new Set(ids).size).toBe(1_005)
    expect(epoch().map(({ ids }) => ids[0])).not.toEqual(ids)
  })

  it('leave out what there is none of', () => {
    const next = publishedBatches(
      examples,
      [picture(1)],
      { likenesses: [], others: [], softPositives: [] },
      createRandom(1),
    )
    for (let i = 0; i < 81; i++) for (const { ids } of next().questions) expect(ids).toEqual([1])
  })
})
