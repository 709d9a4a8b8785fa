/** The measurements of a model of real size as a table for people: each figure beside what the machine's rates would allow. */
import type { FullSizeReport, KindFigures } from './full-size.ts'
import type { DecodedBytes, LearnedFigures } from './full-size-parts.ts'
import { aligned, figure, gigabytes, modelLines, percent, type Row, time } from './table.ts'

export function fullSizeTable({ machine, model, kinds }: FullSizeReport): string {
  const blocks = kinds.map(kind => ['', kind.kind, ...aligned(rowsOf(kind))])
  return [...modelLines(machine, model), ...blocks.flat()].join('\n')
}

function rowsOf({ machine, answering, learning }: KindFigures): Row[] {
  const { productSide, operationsPerSecond, bytesPerSecond } = machine
  const read = (what: string, unit: string, { seconds, bytes, stepsInRun }: DecodedBytes): Row => {
    const limit = bytesPerSecond / bytes
    const against = `${percent(1 / seconds / limit)} of ${figure(limit)}, which reading ${gigabytes(bytes)} allows`
    const together = stepsInRun > 1 ? `, ${figure(stepsInRun)} in a run` : ''
    return [what, `${figure(1 / seconds)} ${unit}/s${together}`, against]
  }
  const learned = (what: string, { seconds, cpuSeconds, examples, positions, operations }: LearnedFigures): Row => {
    const rate = operations / seconds
    const measured = `${time({ seconds, cpuSeconds })}, ${figure(rate / 1e9)} GFLOP/s`
    return [
      `${what}, ${examples} × ${positions}`,
      measured,
      `${percent(rate / operationsPerSecond)} of the matrix product`,
    ]
  }
  const both = (what: string, peakOf: string, figures: LearnedFigures | undefined): Row[] =>
    figures ? [learned(what, figures), [`Peak memory, ${peakOf}`, gigabytes(figures.peakBytes), '']] : []
  return [
    [`Matrix product ${productSide}³`, `${figure(operationsPerSecond / 1e9)} GFLOP/s`, ''],
    ['Reading', `${figure(bytesPerSecond / 1e9)} GB/s`, ''],
    ['Start to first word', `${figure(answering.loadSeconds)} s`, ''],
    read('Text', 'words', answering.text),
    read('Drawing, guided', 'steps', answering.drawing),
    ['A picture', time(answering.picture), pictureParts(answering)],
    ['Peak memory, answering', gigabytes(answering.peakBytes), ''],
    ...both('Learning a drawing', 'learning it', learning?.drawing),
    ...both('Learning from a question', 'reading and learning', learning?.question),
    ...both('Learning from questions', 'reading and learning', learning?.questions),
  ]
}

const pictureParts = ({ request, pixels }: KindFigures['answering']) =>
  `of which ${time(request)} for the request and ${time(pixels)} for the pixels`
