/**
 * The tokeniser's codebook in training: its words follow the encoder by moving averages (van den Oord et al. 2017,
 * appendix A.1); words that nobody uses are moved to places that are used. Knows nothing of graphs.
 */
import type { VqConfig } from '../../models/vq.ts'
import type { Random } from '../../random.ts'
import type { Parameters } from './parameters.ts'

export const CODEBOOK = 'quantize.embedding.weight'
const DECAY = 0.995
/** A word used less often than this share of the average is moved. */
const DEAD_SHARE = 0.02

/** A codebook with fewer words than the configuration asks for is repeated with noise: each word falls into several. */
export function widenCodebook({ codes, codeWidth }: VqConfig, parameters: Parameters, random: Random): void {
  const words = parameters.values.get(CODEBOOK)
  if (!words || words.length === codes * codeWidth) return
  const noise = 0.05 * Math.sqrt(words.reduce((sum, value) => sum + value * value, 0) / words.length)
  const wider = Float32Array.from({ length: codes * codeWidth }, (_, i) => {
    const value = words[i % words.length] as number
    return i < words.length ? value : value + noise * random.normal()
  })
  parameters.values.set(CODEBOOK, wider)
}

/**
 * The codebook's moving averages. Its words are the parameter CODEBOOK, changed in place.
 * @param usual how often a word is used in a step, on average
 */
export function createCodebook({ codes, codeWidth }: VqConfig, parameters: Parameters, random: Random, usual: number) {
  const words = parameters.values.get(CODEBOOK) as Float32Array
  const counts = new Float32Array(codes).fill(usual)
  const sums = new Float32Array(words.length)
  let begun = false
  let collected: Float32Array[] = []
  const place = (code: number, from: Float32Array) => {
    const row = random.integer(from.length / codeWidth) * codeWidth
    for (let i = 0; i < codeWidth; i++) {
      const value = (from[row + i] as number) + 1e-3 * random.normal()
      words[code * codeWidth + i] = value
      sums[code * codeWidth + i] = value * usual
    }
    counts[code] = usual
  }
  return {
    /** Before quantisation begins: words are laid on latents seen lately. */
    collect(latents: Float32Array): number {
      collected = [...collected.slice(-7), latents.slice()]
      for (let code = 0; code < codes; code++) place(code, random.pick(collected))
      return 0
    },
    /** One step of the averages. Returns how many words are in use. */
    follow(latents: Float32Array, chosen: BigInt64Array): number {
      // Not before: another trainer may have moved the words since this one was made.
      if (!begun) for (let i = 0; i < sums.length; i++) sums[i] = usual * (words[i] as number)
      begun = true
      counts.forEach((count, code) => {
        counts[code] = count * DECAY
      })
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) * DECAY
      chosen.forEach((code64, i) => {
        const code = Number(code64)
        counts[code] = (counts[code] as number) + 1 - DECAY
        for (let j = 0; j < codeWidth; j++) {
          const k = code * codeWidth + j
          sums[k] = (sums[k] as number) + (1 - DECAY) * (latents[i * codeWidth + j] as number)
        }
      })
      const dead = DEAD_SHARE * usual
      let used = 0
      for (let code = 0; code < codes; code++) {
        const count = counts[code] as number
        if (count < dead) {
          place(code, latents)
          continue
        }
        used++
        for (let j = 0; j < codeWidth; j++) words[code * codeWidth + j] = (sums[code * codeWidth + j] as number) / count
      }
      return used
    },
  }
}
