/** What a training run says while it goes: one line at a time, and sample pictures. */
import sharp from 'sharp'

/** Averages since the last line, time passed and left. */
export function createReport(minutes: number, write: (line: string) => void = line => console.log(line)) {
  const start = Date.now()
  let last = start
  let steps = 0
  const sums = new Map<string, { sum: number; count: number }>()
  return {
    /** Minutes passed. */
    get passed(): number {
      return (Date.now() - start) / 60_000
    },
    /** Takes one step's figures; writes a line every `every` seconds. */
    step(step: number, figures: Record<string, number>, every = 20): void {
      steps++
      for (const [name, value] of Object.entries(figures)) {
        const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 }
        sums.set(name, { sum: sum + value, count: count + 1 })
      }
      const now = Date.now()
      if (now - last < every * 1000) return
      const averages = [...sums].map(([name, { sum, count }]) => `${name} ${(sum / count).toFixed(4)}`).join('  ')
      const pace = ((now - last) / steps).toFixed(0)
      write(`step ${step}  ${averages}  ${pace} ms/step  ${Math.max(0, minutes - this.passed).toFixed(0)} min left`)
      sums.clear()
      steps = 0
      last = now
    },
  }
}

/** Pictures [count, 3, S, S] in −1…1 as a sheet, `columns` beside each other, doubled. */
export async function writeSheet(
  path: string,
  rows: readonly Float32Array[],
  count: number,
  side: number,
  columns: number,
): Promise<void> {
  const lines = Math.ceil(count / columns) * rows.length
  const width = columns * side
  const out = Buffer.alloc(width * lines * side * 3)
  rows.forEach((planes, r) => {
    for (let i = 0; i < count; i++) {
      const top = (Math.floor(i / columns) * rows.length + r) * side
      const left = (i % columns) * side
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < side; y++) {
          for (let x = 0; x < side; x++) {
            const value = ((planes[((i * 3 + c) * side + y) * side + x] as number) + 1) * 127.5
            out[((top + y) * width + left + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)))
          }
        }
      }
    }
  })
  await sharp(out, { raw: { width, height: lines * side, channels: 3 } })
    .resize(width * 2, lines * side * 2, { kernel: 'nearest' })
    .png()
    .toFile(path)
}
