import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, type SafetensorsFile } from '../checkpoints/safetensors.ts'
import { createRandom } from '../random.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { meanLoss } from './example-loss.ts'
import type { Language, SoftPrompt } from './language.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number)))) / scale
}
const argMax = (logits: Float32Array) =>
  logits.reduce((best, value, i) => (value > (logits[best] as number) ? i : best), 0)

describe.each([
  ['chameleon-a', { branches: false }],
  ['chameleon-b', { branches: false }],
  ['chameleon-c', { branches: false }],
  ['chameleon-d', { branches: false }],
  // As on a GPU, where reading and learning are one session.
  ['chameleon-b', { branches: true }],
  // As where memory is short.
  ['chameleon-a', { learning: { recomputes: true } }],
  ['chameleon-d', { branches: true, learning: { recomputes: true, together: 1 } }],
] as const)('the language model of %s, %j', (name, options) => {
  let model: Chameleon
  let language: Language
  let input: SafetensorsFile
  let expected: SafetensorsFile
  let ids: number[]
  let prompt: SoftPrompt
  /** The ids with the golden rows in their places. */
  let taught: number[]
  let rowLogits: Float32Array
  let words: number

  beforeAll(async () => {
    model = await Chameleon.open(golden(name), { device: 'cpu', threads: 1, ...options })
    language = model.language
    words = model.config.vocabularySize
    input = await openSafetensors(golden(`${name}/input.safetensors`))
    expected = await openSafetensors(golden(`${name}/expected.safetensors`))
    ids = Array.from((await input.read('ids')) as BigInt64Array, Number)
    prompt = { rows: await input.readFloat32('rows'), headRows: await expected.readFloat32('head_rows') }
    taught = [...ids]
    const positions = (await input.read('row_positions')) as BigInt64Array
    for (const [row, position] of positions.entries()) taught[Number(position)] = words + row
    rowLogits = (await language.read(language.cache(), [taught], prompt, 'all')).logits
  })
  afterAll(() => model.close())

  it('gives the logits of PyTorch without a prompt', async () => {
    const { logits } = await language.read(language.cache(), [ids], undefined, 'all')
    expect(difference(logits, await expected.readFloat32('plain_logits'))).toBeLessThan(1e-5)
  })

  it('chooses the words that PyTorch chooses, one at a time', async () => {
    const cache = language.cache()
    const chosen: number[] = []
    let next = ids.slice(0, 6)
    for (let i = 0; i < 20; i++) {
      const { logits } = await language.read(cache, [next])
      next = [argMax(logits)]
      chosen.push(...next)
    }
    expect(chosen).toEqual(Array.from((await expected.read('greedy')) as BigInt64Array, Number))
  })

  it('has the loss and the gradients of PyTorch with learned head rows', async () => {
    const labels = Array.from((await expected.read('labels_extended')) as BigInt64Array, Number)
    const learned = await language.learn([{ ids: taught, labels }], prompt)
    expect(difference(Float32Array.of(learned.loss), await expected.readFloat32('loss_extended'))).toBeLessThan(1e-5)
    expect(difference(learned.rowGradient, await expected.readFloat32('grad_rows_extended'))).toBeLessThan(1e-4)
    expect(difference(learned.headRowGradient, await expected.readFloat32('grad_head_rows'))).toBeLessThan(1e-4)
  })

  it('reads the same in pieces of any length as at once', async () => {
    const cache = language.cache()
    for (const piece of [taught.slice(0, 1), taught.slice(1, 8), taught.slice(8, 9), taught.slice(9)]) {
      const { logits } = await language.read(cache, [piece], prompt)
      const end = (cache.lengths[0] as number) * (words + 5)
      expect(difference(logits, rowLogits.subarray(end - words - 5, end))).toBeLessThan(1e-5)
    }
  })

  it('reads a prefix once for a batch whose rows then differ in length', async () => {
    const prefix = language.cache()
    await language.read(prefix, [taught.slice(0, 10)], prompt)
    const batch = await prefix.select([0, 0])
    const tails = [taught.slice(10, 13), [...taught.slice(10)].reverse()]
    const { logits } = await language.read(batch, tails, prompt)
    const both = await language.read(batch, [[5], [6]], prompt)
    for (const [row, tail] of tails.entries()) {
      const alone = language.cache()
      const size = words + 5
      const first = await language.read(alone, [[...taught.slice(0, 10), ...tail]], prompt)
      expect(difference(logits.subarray(row * size, (row + 1) * size), first.logits)).toBeLessThan(1e-5)
      const second = await language.read(alone, [[5 + row]], prompt)
      expect(difference(both.logits.subarray(row * size, (row + 1) * size), second.logits)).toBeLessThan(1e-5)
    }
    batch.truncate(10)
    const again = await language.read(batch, tails, prompt)
    expect(again.logits).toEqual(logits)
  })

  it('is not changed by a prompt that nothing asks for', async () => {
    const without = await language.read(language.cache(), [ids])
    const beside = await language.read(language.cache(), [ids], prompt)
    expect(beside.logits.subarray(0, words)).toEqual(without.logits)
  })

  it('gives hidden states where these are wanted, and no logits', async () => {
    const { hidden, logits } = await language.read(language.cache(), [taught], prompt, 'states')
    expect(logits).toHaveLength(0)
    const { width } = model.config.decoder
    // What predicts a learned row is a word of the head.
    for (const [t, row] of [
      [0, 0],
      [taught.length - 1, prompt.headRows.length / width - 1],
    ] as const) {
      const state = hidden.subarray(t * width, (t + 1) * width)
      const logit = state.reduce((sum, value, i) => sum + value * prompt.headRows[row * width + i]!, 0)
      const all = words + prompt.headRows.length / width
      expect(logit).toBeCloseTo(rowLogits[t * all + words + row]!, 4)
    }
    expect((await language.read(language.cache(), [taught], prompt)).hidden).toHaveLength(0)
  })

  it('learns from a batch the mean of what it learns from each', async () => {
    const random = createRandom(name)
    const examples = [taught, taught.slice(0, 15)].map(ids => {
      return {
        ids,
        labels: ids.map(id => (random.uniform() < 0.5 ? id : -100)),
        weights: ids.map(() => random.uniform()),
      }
    })
    const together = await language.learn(examples, prompt)
    const mean = new Float32Array(prompt.rows.length)
    let loss = 0
    let total = 0
    const losses: number[] = []
    for (const example of examples) {
      const weight = example.labels.reduce(
        (sum, label, t) => sum + (label < 0 || t === 0 ? 0 : (example.weights[t] ?? 0)),
        0,
      )
      const alone = await language.learn([example], prompt)
      for (const [i, value] of alone.rowGradient.entries()) mean[i] = (mean[i] as number) + weight * value
      losses.push(...alone.losses)
      loss += weight * alone.loss
      total += weight
    }
    expect(together.loss).toBeCloseTo(loss / total, 4)
    expect(difference(together.losses, Float32Array.from(losses))).toBeLessThan(1e-5)
    expect(
      difference(
        together.rowGradient,
        mean.map(value => value / total),
      ),
    ).toBeLessThan(1e-4)
  })

  it('learns behind what was read before as from the whole', async () => {
    const [before, rest] = [ids.slice(0, 8), taught.slice(0, 15)]
    const unlabelled = (sequence: readonly number[]) => sequence.map(() => -100)
    // The first word behind a cache has no label: what predicts it is not computed again.
    const labels = rest.map((id, t) => (t === 0 ? -100 : id))
    const cache = language.cache()
    await language.read(cache, [before])
    const beside = { ids: taught, labels: taught }
    const whole = { ids: [...before, ...rest], labels: [...unlabelled(before), ...labels] }
    const expected = await language.learn([whole, beside], prompt)
    const actual = await language.learn([{ ids: rest, labels, past: { cache, row: 0 } }, beside], prompt)
    expect(difference(actual.losses, expected.losses)).toBeLessThan(1e-5)
    expect(difference(actual.rowGradient, expected.rowGradient)).toBeLessThan(1e-4)
    expect(difference(actual.headRowGradient, expected.headRowGradient)).toBeLessThan(1e-4)
  })

  it('has the loss that is learned from without learning, in pieces, behind what was read before too', async () => {
    const random = createRandom(`${name} loss`)
    const cache = language.cache()
    await language.read(cache, [ids.slice(0, 8)])
    const long = Array.from({ length: 300 }, () => random.integer(words))
    const some = taught.map(id => (random.uniform() < 0.5 ? id : -100))
    const examples = [
      { ids: taught, labels: some },
      { ids: taught, labels: some, past: { cache, row: 0 } },
      // More labels side by side than a piece has positions.
      { ids: long, labels: long },
    ].map(example => ({ ...example, weights: example.labels.map(() => random.uniform()) }))
    for (const some of [...examples.map(example => [example]), examples]) {
      const { loss } = await language.learn(some, prompt, 1)
      expect(Math.abs((await meanLoss(language, some, prompt)) / loss - 1)).toBeLessThan(1e-5)
    }
  })

  it('follows its gradient downhill', async () => {
    const example = { ids: taught, labels: taught.map(id => id) }
    const before = await language.learn([example], prompt)
    const squares = before.rowGradient.reduce((sum, value) => sum + value * value, 0)
    const headSquares = before.headRowGradient.reduce((sum, value) => sum + value * value, 0)
    const step = 0.002
    const moved = {
      rows: prompt.rows.map((value, i) => value - step * (before.rowGradient[i] as number)),
      headRows: prompt.headRows.map((value, i) => value - step * (before.headRowGradient[i] as number)),
    }
    const after = await language.learn([example], moved)
    const foreseen = step * (squares + headSquares)
    expect(before.loss - after.loss).toBeGreaterThan(0.5 * foreseen)
    expect(before.loss - after.loss).toBeLessThan(1.5 * foreseen)
  })

  it('refuses words that are none', async () => {
    await expect(language.read(language.cache(), [[words]])).rejects.toThrow(
      `Expected a word id from 0 to ${words - 1}`,
    )
    await expect(language.read(language.cache(), [[words + 5]], prompt)).rejects.toThrow(`but received ${words + 5}`)
    await expect(language.read(language.cache(2), [[1]])).rejects.toThrow('Expected 2 sequences')
    await expect(language.read(language.cache(), [[]])).rejects.toThrow('at least one word')
  })
})
