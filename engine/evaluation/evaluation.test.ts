import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { defaultRecipe } from '../learning/recipe.ts'
import { evaluateBase } from './base.ts'
import { evaluateConcepts } from './concepts.ts'
import { duration, table } from './printing.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-evaluation-'))
  await writeRandomStorybook(folder)
})
afterAll(() => rm(folder, { recursive: true }))

describe('evaluation of concepts', () => {
  const extent = { pictures: 1, questioned: 1, drawings: 1 }
  const recipe = { ...defaultRecipe, steps: 2, questions: 1, drawings: 1, checkEvery: 1 }

  it('gives every score for what was learned, its start and a description in words', async () => {
    const json = join(folder, 'concepts.json')
    const printed: string[] = []
    const print = (line: string) => printed.push(line)
    const options = {
      subjects: 1,
      seed: 1,
      json,
      model: folder,
      device: 'cpu',
      print,
      subject: { extent, recipe },
    } as const
    const report = await evaluateConcepts(options)
    expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(report)
    const { recognition, qa, choice, identity_r1, scene_r1, teach_seconds, subjects } = report
    expect(subjects).toBe(1)
    const { weighted, positive, negative, lookalike } = recognition
    for (const score of [weighted, positive, negative, lookalike, qa, choice, identity_r1, scene_r1])
      for (const way of ['learned', 'start', 'prompt_only'] as const) {
        expect(score[way]).toBeGreaterThanOrEqual(0)
        expect(score[way]).toBeLessThanOrEqual(1)
      }
    expect(weighted.start).toBeCloseTo((positive.start + negative.start) / 2)
    expect(teach_seconds.learned).toBeGreaterThan(0)
    expect(printed[0]).toMatch(/^subject 1 of 1: .*\(0 s left\)$/)
  })

  it('refuses a model of another world, and ends when it is cancelled', async () => {
    const options = { subjects: 1, seed: 1, device: 'cpu', print: () => {} } as const
    await expect(evaluateConcepts({ ...options, model: golden })).rejects.toMatchObject({ code: 'BAD_MODEL' })
    const signal = AbortSignal.abort()
    await expect(evaluateConcepts({ ...options, model: folder, signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('evaluation of the base model', () => {
  it('scores what it sees, says and draws, and draws a contact sheet', async () => {
    const [json, sheet] = [join(folder, 'base.json'), join(folder, 'sheet.png')]
    const extent = { drawings: 2, scenes: 1, individuals: 1 }
    const options = { seed: 1, json, sheet, model: folder, device: 'cpu', print: () => {}, extent } as const
    const report = await evaluateBase(options)
    expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(report)
    for (const score of [report.drawing_r1, report.attributes, report.presence, report.caption_f1]) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }
    expect((await sharp(sheet).metadata()).format).toBe('png')
  })
})

describe('printing', () => {
  it('aligns columns', () => {
    expect(table(['', 'score'], [['a', '0.5']])).toEqual(['   score', 'a    0.5'])
  })
  it('says how long', () => {
    expect([duration(59.4), duration(200)]).toEqual(['59 s', '3 min 20 s'])
  })
})
