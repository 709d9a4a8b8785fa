/** How far something is, on one line of a terminal that is drawn over and over; plain lines where it is no terminal. */

export interface ProgressBar {
  /** `note` follows the bar, such as a loss and the time left. */
  update(label: string, done: number, total: number, note?: string): void
  /** Takes the line away. */
  clear(): void
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const barWidth = 24
const labelWidth = 10
/** Milliseconds between two plain lines of one label. */
const plainInterval = 5000

export function createProgressBar(output: Output = process.stderr, now: () => number = Date.now): ProgressBar {
  let shown = ''
  let label = ''
  let last = 0
  return {
    update(nextLabel, done, total, note = '') {
      const share = total > 0 ? Math.min(1, done / total) : 0
      const counts = `${done}/${total}`
      if (output.isTTY) {
        const filled = Math.round(share * barWidth)
        const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
        const line = `${nextLabel.padEnd(labelWidth)} ${bar} ${counts}${note && `  ${note}`}`
        shown = line.slice(0, (output.columns ?? 80) - 1)
        output.write(`\r${shown}\x1b[K`)
      } else if (nextLabel !== label || now() - last >= plainInterval) {
        last = now()
        output.write(`${nextLabel} ${counts}${note && `  ${note}`}\n`)
      }
      label = nextLabel
    },
    clear() {
      if (shown) output.write('\r\x1b[K')
      shown = ''
      label = ''
    },
  }
}

/** Seconds as people read them: `45 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
