import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from './context.ts'
import { chooseSelfPrompt } from './self-prompt.ts'

let folder: string
let context: ModelContext
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'self-prompt-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { device: 'cpu', threads: 1 })
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

/** The choice where these words have these logits and all others none; words are given as text or as ids. */
function choose(logits: readonly (readonly [string | number, number])[], slots: readonly number[], draws = true) {
  const { template, model } = context
  const all = new Float32Array(template.vocabularySize + 2 * template.rowsPerConcept)
  for (const [word, value] of logits)
    all[typeof word === 'number' ? word : (model.config.vocabulary.get(word) as number)] = value
  return chooseSelfPrompt(all, template, slots, draws)
}

describe('chooseSelfPrompt', () => {
  it('takes the half whose first word is likeliest, of any named concept', () => {
    const { template } = context
    const g = template.half('drawing', 1)[0] as number
    const u = template.half('language', 0)[0] as number
    expect(
      choose(
        [
          [g, 3],
          [u, 2],
        ],
        [0, 1],
      ),
    ).toEqual({ half: 'drawing' })
    expect(
      choose(
        [
          [g, 2],
          [u, 3],
        ],
        [0, 1],
      ),
    ).toEqual({ half: 'language' })
    // Concept 1 is not named.
    expect(
      choose(
        [
          [g, 9],
          [u, 3],
        ],
        [0],
      ),
    ).toEqual({ half: 'language' })
    expect(
      choose(
        [
          [g, 9],
          [u, 3],
        ],
        [0, 1],
        false,
      ),
    ).toEqual({ half: 'language' })
  })

  it("never takes the base model's own marks, from which the halves began", () => {
    const u = context.template.half('language', 0)[0] as number
    expect(
      choose(
        [
          ['<tell>', 9],
          ['<draw>', 8],
          ['IMGIMGAZ', 7],
          ['<s>', 7],
          [u, 1],
        ],
        [0],
      ),
    ).toEqual({ half: 'language' })
  })

  it('goes without a concept where an ordinary word is likelier, and draws without one where none is named', () => {
    const { template, model } = context
    const u = template.half('language', 0)[0] as number
    const sorry = model.config.vocabulary.get('sorry') as number
    expect(
      choose(
        [
          ['sorry', 5],
          [u, 4],
        ],
        [0],
      ),
    ).toEqual({ half: 'none', word: sorry })
    const { beginPicture } = template.words
    expect(choose([[beginPicture, 5]], [])).toEqual({ half: 'none', word: beginPicture })
    expect(
      choose(
        [
          [beginPicture, 5],
          [u, 4],
        ],
        [0],
      ),
    ).toEqual({ half: 'drawing' })
    expect(
      choose(
        [
          [beginPicture, 5],
          ['sorry', 4],
        ],
        [],
        false,
      ),
    ).toEqual({ half: 'none', word: sorry })
  })
})
