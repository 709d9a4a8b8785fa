import { expect, it } from 'vitest'
import type { DecoderConfig } from '../models/decoder.ts'
import { decodingBytes, learningOperations } from './work.ts'

const config: DecoderConfig = {
  width: 6,
  mlpWidth: 10,
  layers: 2,
  heads: 3,
  keyValueHeads: 1,
  headWidth: 2,
  normEpsilon: 1e-5,
  rotaryBase: 10_000,
  attentionBias: false,
  mlpBias: false,
  normsAfter: false,
  queryKeyNorm: 'weight',
}

/** Queries 6×6, keys and values 6×2 each, output 6×6; gate, up and down 6×10 each. */
const weightsOfLayer = 36 + 12 + 12 + 36 + 3 * 60

it('counts a learning step as products forward and back', () => {
  const shape = { examples: 4, positions: 5, past: 4, labels: 7 }
  const linear = 2 * 20 * 2 * weightsOfLayer
  // Scores and sums: 4 examples, 3 heads, 5 positions that look at 9, 2 wide.
  const attention = 2 * (2 * 2 * 4 * 3 * 45 * 2)
  const head = 2 * 7 * 6 * 11
  expect(learningOperations(config, 11, shape)).toBe(2 * linear + 3 * attention + 2 * head)
})

it('counts what one more word must read: every weight once, and the keys and values so far', () => {
  const bytes = (past: number, batch?: number) => decodingBytes(config, { batch, past, head: 66 })
  expect(bytes(0)).toBe(4 * (2 * weightsOfLayer + 66))
  expect(bytes(9) - bytes(0)).toBe(4 * 2 * 2 * 2 * 9)
  expect(bytes(9, 3) - bytes(0)).toBe(3 * (bytes(9) - bytes(0)))
})

it('counts smaller weights with their scales', () => {
  const layers = (kind: 'int8' | 'int4') => decodingBytes(config, { past: 0, head: 0, kind })
  expect(layers('int8')).toBe(2 * weightsOfLayer * (1 + 4 / 32))
  expect(layers('int4')).toBe(2 * weightsOfLayer * (0.5 + 4 / 32))
})
