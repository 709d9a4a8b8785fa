import { describe, expect, it } from 'vitest'
import { createProgressBar, duration } from './progress-bar.ts'

function output(over: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = []
  return { ...over, written, write: (text: string) => written.push(text) }
}

describe('the progress bar', () => {
  it('redraws one line of a terminal and takes it away', () => {
    const terminal = output({ isTTY: true, columns: 100 })
    const bar = createProgressBar(terminal)
    bar.update('learning', 1, 4, 'loss 0.5')
    bar.update('learning', 4, 4)
    bar.clear()
    bar.clear()
    expect(terminal.written).toEqual([
      `\rlearning   ${'█'.repeat(6)}${'░'.repeat(18)} 1/4  loss 0.5\x1b[K`,
      `\rlearning   ${'█'.repeat(24)} 4/4\x1b[K`,
      '\r\x1b[K',
    ])
  })

  it('never fills a line, which would begin another', () => {
    const terminal = output({ isTTY: true, columns: 20 })
    createProgressBar(terminal).update('learning', 1, 4, 'loss 0.5')
    expect(terminal.written[0]!.replace('\r', '').replace('\x1b[K', '')).toHaveLength(19)
  })

  it('writes plain lines elsewhere: one a label, then one every five seconds', () => {
    const file = output()
    let now = 1000
    const bar = createProgressBar(file, () => now)
    bar.update('looking', 0, 4)
    bar.update('looking', 1, 4)
    bar.update('learning', 1, 300, 'loss 0.5')
    now += 4999
    bar.update('learning', 2, 300)
    now += 1
    bar.update('learning', 3, 300)
    bar.clear()
    expect(file.written).toEqual(['looking 0/4\n', 'learning 1/300  loss 0.5\n', 'learning 3/300\n'])
  })

  it('stands at nothing while a total is not known', () => {
    const terminal = output({ isTTY: true })
    createProgressBar(terminal).update('looking', 0, 0)
    expect(terminal.written[0]).toContain('░'.repeat(24))
  })
})

it.each([
  [0.4, '0 s'],
  [59, '59 s'],
  [185, '3 min 5 s'],
  [-1, '0 s'],
])('%d seconds are "%s"', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})
