/** The measurements as a table for people: what was measured, what it is compared with, and whether it is within budget. */
import type { BenchReport } from './index.ts'
import type { MachineFacts } from './random-model.ts'
import type { Timed } from './timing.ts'

/** On two CPU cores, with the built-in model. */
export const budgets = {
  learningShare: 0.65,
  startSeconds: 5,
  teachSeconds: 90,
  textSeconds: 1.5,
  drawingSeconds: 4,
  stallMilliseconds: 50,
  megabytes: 700,
}

export type Row = readonly [what: string, measured: string, against: string]

export function benchTable({ machine, model, host }: BenchReport): string {
  const { learning, decoding, matrixProduct, memory } = model
  const rows: Row[] = [
    [
      'Machine',
      `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, on ${machine.device} with ${model.weights} weights`,
      '',
    ],
    ['Matrix product 1024³', `${figure(matrixProduct.gflops)} GFLOP/s`, ''],
    ['Reading weights', `${figure(memory.gigabytesPerSecond)} GB/s of ${figure(memory.megabytesRead)} MB`, ''],
    [
      `Learning step, ${learning.examples} × ${learning.positions} words`,
      `${figure(learning.milliseconds)} ms, ${figure(learning.samplesPerSecond)} samples/s, ${figure(learning.gflops)} GFLOP/s`,
      `${percent(learning.share)} of the matrix product; ${atLeast(learning.share, budgets.learningShare)}`,
    ],
    [
      'Decoding',
      `${figure(decoding.tokensPerSecond)} words/s`,
      `${percent(decoding.share)} of ${figure(decoding.limit)}, which reading the weights allows`,
    ],
    ['Engine starts', `${figure(host.startSeconds)} s`, atMost(host.startSeconds, budgets.startSeconds, 's')],
    ['First answer after it', `${figure(host.firstAnswerSeconds)} s`, ''],
    [
      'Teaching from 4 pictures',
      `${figure(host.teachSeconds)} s`,
      atMost(host.teachSeconds, budgets.teachSeconds, 's'),
    ],
    ['Answer in words', `${figure(host.textSeconds)} s`, atMost(host.textSeconds, budgets.textSeconds, 's')],
    [
      'Answer about a picture',
      `${figure(host.pictureQuestionSeconds)} s`,
      atMost(host.pictureQuestionSeconds, budgets.textSeconds, 's'),
    ],
    ['Drawing', `${figure(host.drawingSeconds)} s`, atMost(host.drawingSeconds, budgets.drawingSeconds, 's')],
    [
      'Longest stall of the bot while teaching',
      `${figure(host.stallMilliseconds)} ms`,
      atMost(host.stallMilliseconds, budgets.stallMilliseconds, 'ms'),
    ],
  ]
  if (host.memory) {
    const { botMegabytes, engineMegabytes } = host.memory
    rows.push([
      'Resident memory, bot + engine',
      `${figure(botMegabytes)} + ${figure(engineMegabytes)} MB`,
      atMost(botMegabytes + engineMegabytes, budgets.megabytes, 'MB'),
    ])
  }
  const [machineRow, ...others] = rows as [Row, ...Row[]]
  return [`${machineRow[0].padEnd(widest(others, 0))}  ${machineRow[1]}`, ...aligned(others)].join('\n')
}

/** Lines with their columns one below the other. */
export function aligned(rows: readonly Row[]): string[] {
  const [first, second] = [widest(rows, 0), widest(rows, 1)]
  return rows.map(([what, measured, against]) =>
    `${what.padEnd(first)}  ${measured.padEnd(second)}  ${against}`.trimEnd(),
  )
}

const widest = (rows: readonly Row[], column: 0 | 1) => Math.max(...rows.map(row => row[column].length))

/** What a model with random weights is, and where it was measured. */
export function modelLines(machine: MachineFacts, model: { name: string; parameters: number }): string[] {
  const { processor, cores, node, device } = machine
  return [
    `${model.name}, ${figure(model.parameters / 1e9)} billion random weights`,
    `${processor}, ${cores} cores, Node ${node}, on ${device}`,
  ]
}

/** Others on the machine lengthen the first; the second is about what it costs. */
export const time = ({ seconds, cpuSeconds }: Timed) =>
  `${figure(seconds)} s (${figure(cpuSeconds)} s of processor time)`

export const gigabytes = (bytes: number) => `${figure(bytes / 1e9)} GB`

/** Three digits that count, without an exponent. */
export function figure(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))))
}

export const percent = (share: number) => `${Math.round(100 * share)} %`
const verdict = (kept: boolean) => (kept ? 'kept' : 'MISSED')
const atMost = (value: number, budget: number, unit: string) => `budget ${budget} ${unit}: ${verdict(value <= budget)}`
const atLeast = (share: number, budget: number) => `budget ${percent(budget)}: ${verdict(share >= budget)}`
