import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts'
import type { Concept } from '../engine.ts'
import { nameProblem, readConcept, requireSameModel, writeConcept } from './concept-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-concept-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

const example = (changes: Partial<Concept> = {}): Concept => {
  const { tokens = 2, width = 4 } = changes
  const size = (1 + 2 * tokens) * width
  return {
    name: 'Mắm',
    kind: 'pet',
    modelFingerprint: 'abcdef0123456789',
    tokens,
    width,
    embedding: Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
    head: Float32Array.from({ length: size }, (_, index) => Math.cos(index)),
    description: 'a cream bellied cat with green eyes',
    threshold: 0.62,
    scores: { start: { recognition: 0.81, loss: 1.5 }, kept: { recognition: 0.94, loss: 0.7 } },
    recipe: { steps: 240, seed: 7, rate: 3e-3, seconds: 61.5 },
    ...changes,
  }
}

const at = (name: string) => join(folder, `${name}.safetensors`)

/** A file with the example's tensors and metadata, each changed as told; the digest is left as it was. */
async function forge(
  name: string,
  change: (file: { metadata: Record<string, string>; tensors: Record<string, Float32Array> }) => unknown,
  shape?: number[],
) {
  await writeConcept(at(name), example())
  const file = await openSafetensors(at(name))
  const tensors = { embedding: await file.readFloat32('embedding'), head: await file.readFloat32('head') }
  const changed = { metadata: { ...file.metadata }, tensors: { ...tensors } as Record<string, Float32Array> }
  change(changed)
  const written = Object.entries(changed.tensors).map(([key, data]) => {
    return [key, { dtype: 'F32', shape: shape ?? [5, data.length / 5], data }] as const
  })
  const metadata = JSON.parse(JSON.stringify(changed.metadata))
  await writeSafetensors(at(name), new Map(written), metadata)
  return at(name)
}

describe('writeConcept and readConcept', () => {
  it('give back what was given', async () => {
    await writeConcept(at('mam'), example())
    expect(await readConcept(at('mam'))).toEqual(example())
    expect((await readdir(folder)).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('keep the other languages, emoji and the empty description', async () => {
    const concept = example({ name: 'Zoë 👩‍👩‍👧 北斗', kind: 'person', description: '' })
    await writeConcept(at('zoe'), concept)
    expect(await readConcept(at('zoe'))).toEqual(concept)
  })

  it('take less than 600 KB for a model 2048 wide', async () => {
    await writeConcept(at('wide'), example({ tokens: 16, width: 2048, description: 'ắ'.repeat(4000) }))
    expect((await stat(at('wide'))).size).toBeLessThan(600_000)
  })

  it.each<[string, Partial<Concept>, string]>([
    ['NaN in a row', { head: new Float32Array(20).fill(Number.NaN, 9) }, 'finite numbers as head'],
    ['rows of the wrong length', { embedding: new Float32Array(19) }, 'embedding of [5, 4], 20 numbers'],
    ['no name', { name: ' ' }, 'a name of 1 to 64 characters'],
    ['a threshold outside 0 to 1', { threshold: Number.NaN }, 'a threshold from 0 to 1'],
    ['an infinite loss', { scores: { ...example().scores, kept: { recognition: 1, loss: Infinity } } }, 'scores.kept'],
  ])('refuses to write %s, and leaves what was there', async (_, changes, expected) => {
    await writeConcept(at('kept'), example())
    const before = await readFile(at('kept'))
    const written = writeConcept(at('kept'), example(changes))
    await expect(written).rejects.toMatchObject({ code: 'BAD_CONCEPT', message: expect.stringContaining(expected) })
    expect(await readFile(at('kept'))).toEqual(before)
  })
})

describe('readConcept', () => {
  it('says that nothing is there', async () => {
    await expect(readConcept(at('nobody'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `Expected a concept file at ${at('nobody')} but nothing is there`,
    })
    await expect(readConcept(folder)).rejects.toMatchObject({ code: expect.stringMatching(/BAD_CONCEPT|FILE_NOT/) })
  })

  it('refuses a file cut short anywhere', async () => {
    await writeConcept(at('cut'), example())
    const whole = await readFile(at('cut'))
    for (const length of [0, 5, 8, 100, whole.length >> 1, whole.length - 1]) {
      await writeFile(at('cut'), whole)
      await truncate(at('cut'), length)
      await expect(readConcept(at('cut')), `${length} bytes`).rejects.toMatchObject({ code: 'BAD_CONCEPT' })
    }
  })

  it('refuses a file with any byte changed', async () => {
    await writeConcept(at('flipped'), example())
    const whole = await readFile(at('flipped'))
    // Blanks after the header's JSON pad it; whether they are blanks matters to nobody.
    for (let index = 0; index < whole.length; index += 7) {
      if (whole[index] === 0x20) continue
      const changed = Buffer.from(whole)
      changed[index]! ^= 1
      await writeFile(at('flipped'), changed)
      await expect(readConcept(at('flipped')), `byte ${index}`).rejects.toMatchObject({ code: 'BAD_CONCEPT' })
    }
  })

  it('refuses text, and other safetensors files', async () => {
    await writeFile(at('text'), 'Mắm is a cat who sleeps on the sofa')
    await expect(readConcept(at('text'))).rejects.toThrow(
      `Expected a concept file at ${at('text')} but received a damaged or different one (expected a header that fits`,
    )
    await writeSafetensors(at('weights'), { 'lm_head.weight': { dtype: 'F32', shape: [1], data: new Float32Array(1) } })
    await expect(readConcept(at('weights'))).rejects.toMatchObject({
      code: 'BAD_CONCEPT',
      message: `Expected a concept file at ${at('weights')} but received another safetensors file (1 tensors: lm_head.weight)`,
    })
  })

  it.each<[string, string | undefined, string]>([
    ['version', '2', 'Expected format version 1'],
    ['format', undefined, 'Expected a concept file at'],
    ['k', '3', 'Expected embedding as F32 [7, 4]'],
    ['k', '-1', 'Expected k from 1 to 64'],
    ['h', '1e9', 'Expected h from 1 to 16384'],
    ['name', 'Bo', 'Expected a whole concept file'],
    ['digest', undefined, 'Expected a whole concept file'],
  ])('refuses %s %s', async (key, value, expected) => {
    const path = await forge('forged', ({ metadata }) => Object.assign(metadata, { [key]: value }))
    await expect(readConcept(path)).rejects.toMatchObject({
      code: 'BAD_CONCEPT',
      message: expect.stringContaining(expected),
    })
  })

  it('refuses wrong shapes and changed rows', async () => {
    const transposed = await forge('transposed', () => {}, [4, 5])
    await expect(readConcept(transposed)).rejects.toThrow(
      `Expected embedding as F32 [5, 4] in the concept file ${transposed} but received F32 [4, 5]`,
    )
    const changed = await forge('changed', ({ tensors }) => tensors.head!.fill(Number.NaN, 3, 4))
    await expect(readConcept(changed)).rejects.toMatchObject({ code: 'BAD_CONCEPT' })
  })
})

describe('requireSameModel', () => {
  it('refuses a concept of another base model', () => {
    requireSameModel(example(), { name: 'storybook', fingerprint: 'abcdef0123456789' })
    expect(() => requireSameModel(example(), { name: 'storybook', fingerprint: '9876543210fedcba' })).toThrow(
      expect.objectContaining({
        code: 'FOREIGN_CONCEPT',
        message:
          'Expected the concept "Mắm" to be learned on the model storybook (9876543210fedcba) but received one learned on another (abcdef0123456789); teach it again on this one',
      }),
    )
  })
})

describe('nameProblem', () => {
  it('lets people write their pets’ names', () => {
    for (const name of ['Mắm', 'Bo', 'Señor Whiskers III', '毛毛', '👩‍👩‍👧', "O'Malley", 'x'.repeat(64)])
      expect(nameProblem(name), name).toBeUndefined()
    for (const name of ['', '  ', ' Bo', 'Bo\n', 'B\0o', 'B\u202eo', 'x'.repeat(65), '\ud800'])
      expect(nameProblem(name), JSON.stringify(name)).toBeTypeOf('string')
  })
})
