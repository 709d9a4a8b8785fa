import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import type { PictureView } from '../models/multimodal.ts'
import { logSumExp } from '../models/sampling.ts'
import { descriptionLogLikelihood, drawBest } from './candidates.ts'
import { type ModelContext, openContext } from './context.ts'
import { drawBatch } from './drawing.ts'
import { joinRows } from './soft-prompt.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

let context: ModelContext
beforeAll(async () => {
  context = await openContext(golden, { device: 'cpu', threads: 1 })
})
afterAll(() => context.model.close())

const withCandidates = (candidates: number, changes: Partial<ModelContext> = {}): ModelContext => ({
  ...context,
  ...changes,
  generation: { ...context.generation, candidates },
})

async function askedForBo() {
  const { template, model } = context
  const concepts = [randomConcept(context, 'Bo')]
  const request = { text: 'draw bo.', concepts }
  const ids = [...template.begin(), ...template.userTurn({ concepts: ['Bo'], text: request.text })]
  const cache = model.language.cache(1, ids.length)
  await model.language.read(cache, [ids], joinRows(concepts))
  return { request, cache }
}

describe('drawBest', () => {
  it('keeps the drawing in which the concepts are most alike', async () => {
    const { request, cache } = await askedForBo()
    const seen: PictureView[] = []
    const preferring = (place: number) =>
      withCandidates(3, {
        likeness: async (pictures, _concepts, { together } = {}) => {
          // Of two who are drawn, nobody in a drawing is both.
          expect(together).toBe(true)
          seen.push(...pictures)
          return pictures.map((_, i) => [i === place ? 1e6 : 0])
        },
      })
    const first = await drawBest(preferring(0), cache, 7, request)
    const last = await drawBest(preferring(2), cache, 7, request)
    expect([first.codes, last.codes]).toEqual([seen[0], seen[5]])
    expect(first.codes).not.toEqual(last.codes)
    expect(seen).toHaveLength(6)
    // The first candidate is what the seed draws alone.
    expect((await drawBest(withCandidates(1), cache, 7, request)).codes).toEqual(first.codes)
  })

  it('draws others where those who were taught are in none, and not for ever', async () => {
    const { request, cache } = await askedForBo()
    const drawnUntil = async (shows: (round: number) => boolean) => {
      const rounds: (readonly PictureView[])[] = []
      const progress: [number, number][] = []
      const drawing = await drawBest(
        withCandidates(2, {
          likeness: async pictures => {
            rounds.push(pictures)
            return pictures.map(() => [shows(rounds.length) ? 1e6 : -1e6])
          },
        }),
        cache,
        7,
        request,
        { progress: (done, total) => progress.push([done, total]) },
      )
      return { drawing, rounds, progress }
    }
    const second = await drawnUntil(round => round === 2)
    expect(second.rounds).toHaveLength(2)
    expect(second.rounds[1]).toContainEqual(second.drawing.codes)
    expect(new Set(second.rounds.flat().map(String)).size).toBe(4)
    expect((await drawnUntil(() => false)).rounds).toHaveLength(3)
    // What was done stays done, of a longer whole.
    const each = second.progress[0]![1]
    const done = second.progress.map(([done]) => done)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(second.progress.at(-1)).toEqual([2 * each, 2 * each])
  })

  it('prefers any drawing that shows those who were taught to one that is better told without them', async () => {
    const { request, cache } = await askedForBo()
    const drawn = async (nats: (told: readonly number[]) => number[]) => {
      const seen: PictureView[][] = []
      const likeness: ModelContext['likeness'] = async pictures => {
        seen.push([...pictures])
        return nats(await descriptionLogLikelihood(context, pictures, 'bo')).map(one => [one])
      }
      return { drawing: await drawBest(withCandidates(2, { likeness }), cache, 7, request), seen }
    }
    const { drawing, seen } = await drawn(told => told.map(one => (one === Math.min(...told) ? 0 : -1e-9)))
    const told = await descriptionLogLikelihood(context, seen[0]!, 'bo')
    expect(told[0]).not.toBe(told[1])
    expect(drawing.codes).toEqual(seen[0]![told.indexOf(Math.min(...told))])
  })

  it('keeps the drawing that the model would rather describe in the words of the request', async () => {
    const { template, model } = context
    const request = { text: 'draw the cat in the snow please!', concepts: [] }
    const ids = [...template.begin(), ...template.userTurn({ text: request.text })]
    const cache = model.language.cache(1, ids.length)
    await model.language.read(cache, [ids])
    for (const seed of [1, 2, 3, 4]) {
      const [one, two] = await Promise.all([1, 2].map(n => drawBest(withCandidates(n), cache, seed, request)))
      const [likely, likelier] = await descriptionLogLikelihood(
        context,
        [one!.codes, two!.codes],
        'the cat in the snow',
      )
      expect(likelier).toBeGreaterThanOrEqual(likely as number)
    }
    const chosen = await Promise.all(
      [1, 2, 3, 4].map(async seed => {
        const [alone] = await drawBatch(context, [ids], [seed])
        return (await drawBest(withCandidates(2), cache, seed, request)).codes.join() === alone?.codes.join()
      }),
    )
    expect(new Set(chosen)).toEqual(new Set([true, false]))
  })
})

describe('descriptionLogLikelihood', () => {
  it('is the sum over the words of a description, each read alone', async () => {
    const { template, model } = context
    const codes = model.pictures.codesPerPicture
    const pictures = [3, 5].map(step => Array.from({ length: codes }, (_, i) => (i * step) % 7))
    const sums = await descriptionLogLikelihood(context, pictures, 'a cat')
    for (const [i, picture] of pictures.entries()) {
      const question = template.userTurn({ text: 'describe this picture.', behindPictures: true })
      const opening = template.conversation({ pictures: [picture], question })
      let sum = 0
      for (const [t, word] of template.said('a cat').entries()) {
        const ids = [...opening, ...template.said('a cat').slice(0, t)]
        const { logits } = await model.language.read(model.language.cache(1), [ids])
        sum += (logits[word] as number) - logSumExp(logits)
      }
      expect(sums[i]).toBeCloseTo(sum, 4)
    }
    expect(sums[0]).not.toBeCloseTo(sums[1] as number, 4)
    expect(await descriptionLogLikelihood(context, pictures, '')).toEqual([0, 0])
  })
})
