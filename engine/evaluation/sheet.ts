/** A contact sheet: prompts beside what was drawn for them, as one PNG. */
import sharp, { type OverlayOptions } from 'sharp'
import type { RgbImage } from '../image.ts'

export interface SheetEntry {
  readonly text: string
  readonly image: RgbImage
}

const columns = 4
/** Pixels. */
const side = 192
const caption = { height: 108, size: 13, lineHeight: 16, letters: 27, lines: 6 }
const gap = 12

/** Writes the entries in rows of four, each with its text below. */
export async function writeContactSheet(path: string, entries: readonly SheetEntry[]): Promise<void> {
  const rows = Math.ceil(entries.length / columns)
  const cell = { width: side + gap, height: side + caption.height + gap }
  const layers: OverlayOptions[] = []
  for (const [i, { text, image }] of entries.entries()) {
    const left = gap + (i % columns) * cell.width
    const top = gap + Math.floor(i / columns) * cell.height
    const { width, height, data } = image
    const picture = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize({ width: side, height: side, kernel: 'lanczos3' })
      .png()
      .toBuffer()
    layers.push({ input: picture, left, top }, { input: Buffer.from(captionSvg(text)), left, top: top + side })
  }
  const size = { width: gap + columns * cell.width, height: gap + rows * cell.height }
  await sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite(layers)
    .png()
    .toFile(path)
}

function captionSvg(text: string): string {
  const lines = wrapped(text)
  const spans = lines.map((line, i) => `<text x="0" y="${(i + 1) * caption.lineHeight}">${escaped(line)}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${caption.height}" font-family="sans-serif" font-size="${caption.size}">${spans.join('')}</svg>`
}

/** Broken at spaces; what does not fit into the lines ends in an ellipsis. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= caption.letters)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  if (lines.length <= caption.lines) return lines
  return [...lines.slice(0, caption.lines - 1), `${lines[caption.lines - 1]} …`]
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
