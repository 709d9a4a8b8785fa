import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, type SafetensorsFile } from '../../checkpoints/safetensors.ts'
import { meanLoss } from '../example-loss.ts'
import type { Language, SoftPrompt, Word } from '../language.ts'
import { Janus } from './janus.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url))

/** Largest difference, as a share of the largest expected magnitude. */
function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number)))) / scale
}
const argMax = (logits: Float32Array) =>
  logits.reduce((best, value, i) => (value > (logits[best] as number) ? i : best), 0)

describe.each(['janus-a', 'janus-b', 'janus-c'])('%s, against PyTorch', name => {
  let model: Janus
  let language: Language
  let expected: SafetensorsFile
  let textWords: number
  let words: number
  /** What was asked, with what the tower saw of the golden picture in it. */
  let ids: Word[]
  let prompt: SoftPrompt
  /** The same with the golden rows in their places. */
  let taught: Word[]

  const integers = async (file: SafetensorsFile, key: string) =>
    Array.from((await file.read(key)) as BigInt64Array, Number)

  beforeAll(async () => {
    model = await Janus.open(golden(name), { device: 'cpu', threads: 1 })
    language = model.language
    textWords = model.config.textWords
    words = model.config.vocabularySize
    const input = await openSafetensors(golden(`${name}/input.safetensors`))
    expected = await openSafetensors(golden(`${name}/expected.safetensors`))
    ids = await integers(input, 'ids')
    const shape = input.tensors.get('pixel_values')!.shape as [number, number, number, number]
    const seen = await model.vision.see({ pixels: await input.readFloat32('pixel_values'), shape })
    const { width } = model.config.decoder
    let place = 0
    // Variant c has no picture in its text.
    ids = ids.map(id => {
      if (id !== model.config.words.placeholder || name === 'janus-c') return id
      return seen.subarray(place * width, ++place * width)
    })
    prompt = { rows: await input.readFloat32('rows'), headRows: await expected.readFloat32('head_rows') }
    taught = [...ids]
    for (const [row, position] of (await integers(input, 'row_positions')).entries()) taught[position] = words + row
  })
  afterAll(() => model.close())

  it('gives the logits of a text with a picture', async () => {
    const { logits, words: width, first } = await language.read(language.cache(), [ids], undefined, 'all')
    expect([width, first]).toEqual([textWords, 0])
    expect(difference(logits, await expected.readFloat32('plain_logits'))).toBeLessThan(1e-5)
  })

  it('chooses the same words, one at a time', async () => {
    const cache = language.cache()
    const chosen: number[] = []
    let next = ids
    for (let i = 0; i < 12; i++) {
      const { logits } = await language.read(cache, [next])
      logits[model.config.words.placeholder] = Number.NEGATIVE_INFINITY
      next = [argMax(logits)]
      chosen.push(argMax(logits))
    }
    expect(chosen).toEqual(await integers(expected, 'greedy'))
  })

  it('draws the same picture, guided, at the likeliest codes', async () => {
    const asked = await integers(expected, 'asked')
    const pad = model.config.words.pad as number
    const nothing = asked.map((id, i) => (i === 0 || i === asked.length - 1 ? id : pad))
    const cache = language.cache(2)
    const codes: number[] = []
    let next: number[][] = [asked, nothing]
    for (let i = 0; i < model.pictures.codesPerPicture; i++) {
      const { logits, words: width, first } = await language.read(cache, next, undefined, { head: 'pictures' })
      const without = logits.subarray(width)
      const code = argMax(without.map((value, k) => value + 5 * ((logits[k] as number) - value)))
      codes.push(code)
      next = [[first + code], [first + code]]
    }
    expect(codes).toEqual(await integers(expected, 'guided'))
  })

  it('has the loss and the gradients with learned head rows', async () => {
    // Learned rows are words behind the codes here, and behind the text's words there.
    const labels = (await integers(expected, 'labels_extended')).map(label =>
      label >= textWords ? label - textWords + words : label,
    )
    const learned = await language.learn([{ ids: taught, labels }], prompt)
    expect(difference(Float32Array.of(learned.loss), await expected.readFloat32('loss_extended'))).toBeLessThan(1e-5)
    expect(difference(learned.rowGradient, await expected.readFloat32('grad_rows_extended'))).toBeLessThan(1e-4)
    expect(difference(learned.headRowGradient, await expected.readFloat32('grad_head_rows'))).toBeLessThan(1e-4)
  })

  it('learns from words and codes at once the mean of what it learns from each', async () => {
    const code = (k: number) => textWords + (k % model.config.vq.codes)
    const drawn = [...taught.slice(0, 4), code(3), code(40), code(7)]
    const drawing = { ids: drawn, labels: drawn.map((word, t) => (t > 3 ? (word as number) : -100)) }
    const text = { ids: taught, labels: taught.map((word, t) => (t > taught.length - 5 ? (word as number) : -100)) }
    const [both, one, other] = [
      await language.learn([text, drawing], prompt),
      await language.learn([text], prompt),
      await language.learn([drawing], prompt),
    ]
    const mean = (a: Float32Array, b: Float32Array) => a.map((value, i) => (4 * value + 3 * (b[i] as number)) / 7)
    expect(difference(both.losses, Float32Array.of(...one.losses, ...other.losses))).toBeLessThan(1e-5)
    expect(both.loss).toBeCloseTo((4 * one.loss + 3 * other.loss) / 7, 4)
    expect(Math.abs((await meanLoss(language, [text, drawing], prompt)) / both.loss - 1)).toBeLessThan(1e-5)
    expect(difference(both.rowGradient, mean(one.rowGradient, other.rowGradient))).toBeLessThan(1e-4)
    expect(difference(both.headRowGradient, mean(one.headRowGradient, other.headRowGradient))).toBeLessThan(1e-4)
  })

  it('reads pictures, codes and learned rows side by side as each sequence alone, at once as in pieces', async () => {
    const code = (k: number) => textWords + (k % model.config.vq.codes)
    const somewhere = Float32Array.from({ length: model.config.decoder.width }, (_, i) => Math.sin(i))
    const sequences: Word[][] = [taught, [...taught.slice(3, 9), code(5), somewhere, words + 1, code(9), 6]]
    const together = await language.read(language.cache(2), sequences, prompt)
    for (const [row, sequence] of sequences.entries()) {
      const size = together.words
      // What cannot be predicted is −∞ on both sides.
      const finite = (logits: Float32Array) => logits.filter(Number.isFinite)
      const here = finite(together.logits.subarray(row * size, (row + 1) * size))
      const cache = language.cache()
      for (const piece of [sequence.slice(0, 2), sequence.slice(2, 7)]) await language.read(cache, [piece], prompt)
      const { logits } = await language.read(cache, [sequence.slice(7)], prompt)
      expect(difference(here, finite(logits))).toBeLessThan(1e-5)
    }
  })

  it('refuses words that are none, and embeddings of another width', async () => {
    const read = (word: Word) => language.read(language.cache(), [[word]])
    await expect(read(words)).rejects.toThrow(`Expected a word id from 0 to ${words - 1}`)
    await expect(read(new Float32Array(3))).rejects.toThrow(/Expected embeddings of \d+ numbers but received one of 3/)
  })

  it('never takes a code for the next word of a text', async () => {
    const { logits, words: width } = await language.read(language.cache(), [taught], prompt)
    expect(width).toBe(words + 5)
    expect(logits.subarray(textWords, words).every(value => value === Number.NEGATIVE_INFINITY)).toBe(true)
    expect(logits.subarray(words).every(Number.isFinite)).toBe(true)
  })

  it('sees several pictures of any size at once as each alone', async () => {
    const pictures = [7, 31].map(width => {
      const data = Uint8Array.from({ length: width * 20 * 3 }, (_, i) => (i * width) % 256)
      return { width, height: 20, data }
    })
    const together = await model.see(pictures)
    for (const [i, picture] of pictures.entries()) {
      const [alone = []] = await model.see([picture])
      expect(alone).toHaveLength(model.vision.places)
      const flat = (view: readonly (number | Float32Array)[]) =>
        Float32Array.from(view.flatMap(place => [...(place as Float32Array)]))
      expect(difference(flat(together[i]!), flat(alone))).toBeLessThan(1e-5)
    }
  })
})
