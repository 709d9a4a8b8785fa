import { describe, expect, it } from 'vitest'
import type { BenchReport } from './index.ts'
import { benchTable, figure } from './table.ts'

const report: BenchReport = {
  machine: { processor: 'A processor', cores: 2, node: 'v20.0.0', device: 'cpu' },
  model: {
    weights: 'int8',
    matrixProduct: { gflops: 180.4 },
    memory: { gigabytesPerSecond: 25.04, megabytesRead: 21.5 },
    learning: { examples: 8, positions: 256, milliseconds: 312.4, samplesPerSecond: 25.6, gflops: 126, share: 0.7 },
    decoding: { tokensPerSecond: 512.3, limit: 1164, share: 0.44 },
  },
  host: {
    startSeconds: 1.2,
    firstAnswerSeconds: 1.9,
    teachSeconds: 95,
    textSeconds: 0.31,
    pictureQuestionSeconds: 0.42,
    drawingSeconds: 1.234,
    stallMilliseconds: 12,
    memory: { botMegabytes: 120, engineMegabytes: 590 },
  },
}

describe('the table', () => {
  const lines = benchTable(report).split('\n')
  const line = (start: string) => lines.find(each => each.startsWith(start))!

  it('sets figures against what bounds them', () => {
    expect(line('Learning step')).toMatch(
      /312 ms, 25\.6 samples\/s, 126 GFLOP\/s +70 % of the matrix product; budget 65 %: kept$/,
    )
    expect(line('Decoding')).toMatch(/512 words\/s +44 % of 1164, which reading the weights allows$/)
  })

  it('says how weights are held', () => {
    expect(lines[0]).toMatch(/^Machine +A processor, 2 cores, Node v20\.0\.0, on cpu with int8 weights$/)
  })

  it('says which budget was missed', () => {
    expect(line('Teaching')).toMatch(/95\.0 s +budget 90 s: MISSED$/)
    expect(line('Drawing')).toMatch(/1\.23 s +budget 4 s: kept$/)
    expect(line('Resident memory')).toMatch(/120 \+ 590 MB +budget 700 MB: MISSED$/)
  })

  it('leaves memory out where the system does not tell it', () => {
    const { memory: _memory, ...host } = report.host
    expect(benchTable({ ...report, host })).not.toContain('Resident memory')
  })
})

it.each([
  [0, '0'],
  [1234.5, '1235'],
  [99.44, '99.4'],
  [1.2345, '1.23'],
  [0.04567, '0.0457'],
])('%d is written %s', (value, text) => expect(figure(value)).toBe(text))
