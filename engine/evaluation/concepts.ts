/** `familiar evaluate concepts`: how well concepts are learned, over fresh subjects of the drawn world. */
import { writeFile } from 'node:fs/promises'
import { openContext } from '../answering/context.ts'
import { FamiliarError } from '../errors.ts'
import { chooseDevice } from '../runtime/devices.ts'
import type { Device } from '../runtime/session.ts'
import { readsProfiles } from '../storybook/likeness.ts'
import { duration, table } from './printing.ts'
import { evaluateSubject, type KnownAs, knowns, type SubjectOptions, type SubjectScores } from './subject.ts'

export interface ConceptsOptions {
  readonly subjects: number
  readonly seed: number
  /** Where the scores are written as JSON. */
  readonly json?: string
  /** The model's folder. */
  readonly model: string
  /** How it is opened (`ModelOptions`). */
  readonly halves?: boolean
  readonly device?: Device | 'auto'
  readonly signal?: AbortSignal
  readonly print?: (line: string) => void
  /** How each is taught and how much is asked; the defaults when left out. */
  readonly subject?: SubjectOptions
}

type Means = Record<KnownAs, number>

export interface ConceptsReport {
  readonly recognition: Record<'weighted' | 'positive' | 'negative' | 'lookalike', Means>
  readonly qa: Means
  readonly choice: Means
  readonly identity_r1: Means
  readonly scene_r1: Means
  readonly teach_seconds: Means
  readonly subjects: number
  readonly seed: number
  readonly fingerprint: string
}

/** @throws FamiliarError when the model is not of the drawn world, CANCELLED */
export async function evaluateConcepts(options: ConceptsOptions): Promise<ConceptsReport> {
  const { subjects, seed, json, signal, print = console.log } = options
  const { device } = await chooseDevice(options.device)
  const context = await openContext(options.model, { device, halves: options.halves })
  try {
    if (!readsProfiles(context)) {
      const message = `Expected a model of the drawn world in ${options.model} but received one without its words`
      throw new FamiliarError('BAD_MODEL', message)
    }
    const all: Record<KnownAs, SubjectScores>[] = []
    const begun = performance.now()
    for (let i = 0; i < subjects; i++) {
      const scores = await evaluateSubject(context, `${seed}/subject ${i}`, { signal }, options.subject)
      all.push(scores)
      const left = ((performance.now() - begun) / (i + 1) / 1_000) * (subjects - i - 1)
      print(`subject ${i + 1} of ${subjects}: ${brief(scores)} (${duration(left)} left)`)
    }
    const report = { ...summarise(all), subjects, seed, fingerprint: context.fingerprint }
    print('')
    for (const line of lines(report)) print(line)
    if (json) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    await context.model.close()
  }
}

function summarise(all: readonly Record<KnownAs, SubjectScores>[]) {
  const means = (of: (scores: SubjectScores) => number) =>
    Object.fromEntries(
      knowns.map(way => [way, all.reduce((sum, scores) => sum + of(scores[way]), 0) / all.length]),
    ) as Means
  return {
    recognition: {
      weighted: means(({ positive, negative }) => (positive + negative) / 2),
      positive: means(({ positive }) => positive),
      negative: means(({ negative }) => negative),
      lookalike: means(({ lookalike }) => lookalike),
    },
    qa: means(({ qa }) => qa),
    choice: means(({ choice }) => choice),
    identity_r1: means(({ identity_r1 }) => identity_r1),
    scene_r1: means(({ scene_r1 }) => scene_r1),
    teach_seconds: means(({ teach_seconds }) => teach_seconds),
  }
}

function brief({ learned, start }: Record<KnownAs, SubjectScores>): string {
  const pair = (of: (scores: SubjectScores) => number) => `${of(learned).toFixed(2)} (start ${of(start).toFixed(2)})`
  return [
    `recognition ${pair(({ positive, negative }) => (positive + negative) / 2)}`,
    `lookalikes ${pair(({ lookalike }) => lookalike)}`,
    `questions ${pair(({ qa }) => qa)}`,
    `identity ${pair(({ identity_r1 }) => identity_r1)}`,
  ].join(', ')
}

function lines(report: Omit<ConceptsReport, 'subjects' | 'seed' | 'fingerprint'>): string[] {
  const { recognition } = report
  const rows: readonly (readonly [string, Means, number])[] = [
    ['recognition, weighted', recognition.weighted, 3],
    ['  positives', recognition.positive, 3],
    ['  negatives', recognition.negative, 3],
    ['  lookalikes among them', recognition.lookalike, 3],
    ['questions answered right', report.qa, 3],
    ['words or picture chosen right', report.choice, 3],
    ['identity R@1 of 50', report.identity_r1, 3],
    ['scene R@1', report.scene_r1, 3],
    ['seconds to teach', report.teach_seconds, 0],
  ]
  return table(
    ['', 'learned', 'start', 'prompt only'],
    rows.map(([label, means, digits]) => [label, ...knowns.map(way => means[way].toFixed(digits))]),
  )
}
