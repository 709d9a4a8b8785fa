/** A transcript as a picture of a chat, so that a reader sees what people will see. Nothing of it is taken from anywhere else. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SeenMessage } from '../../../adapters/suite/harness.ts'
import { launch } from '../../page/browser.ts'

/** A message as one person sees it. */
export interface Line extends SeenMessage {
  /** Whose it is, as it is shown. */
  readonly name: string
  /** Only one person sees it. */
  readonly privately?: boolean
}

export interface Look {
  /** Of the channel. */
  readonly title: string
  readonly platform: 'Discord' | 'Slack'
}

const width = 760

/** Writes a PNG of these messages. */
export async function chatPicture(path: string, lines: readonly Line[], look: Look): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width, height: 600 }, deviceScaleFactor: 1.5 })
    await page.setContent(chatPage(lines, look))
    await page.evaluate('Promise.all([...document.images].map(image => image.decode()))')
    await page.screenshot({ path, fullPage: true })
  } finally {
    await browser.close()
  }
}

const palettes = {
  Discord: {
    ground: '#313338',
    text: '#dbdee1',
    faint: '#949ba4',
    line: '#3f4147',
    button: '#4e5058',
    accent: '#5865f2',
  },
  Slack: {
    ground: '#ffffff',
    text: '#1d1c1d',
    faint: '#616061',
    line: '#dddddd',
    button: '#ffffff',
    accent: '#007a5a',
  },
}
const faces = ['#3ba55d', '#c27c0e', '#9b59b6', '#e67e22', '#1f8b4c', '#ad1457']

function chatPage(lines: readonly Line[], { title, platform }: Look): string {
  const { ground, text, faint, line, button, accent } = palettes[platform]
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: ${ground}; color: ${text}; font: 15px/1.4 Inter, sans-serif; }
    header { padding: 14px 20px; border-bottom: 1px solid ${line}; font-weight: 600; }
    header span { color: ${faint}; font-weight: 400; float: right; }
    article { display: grid; grid-template-columns: 40px 1fr; gap: 14px; padding: 9px 20px; }
    .face { width: 40px; height: 40px; border-radius: ${platform === 'Slack' ? '6px' : '50%'}; color: white; display: grid;
      place-items: center; font-weight: 600; }
    .name { font-weight: 600; } .app { background: ${accent}; color: white; border-radius: 4px; font-size: 10px;
      padding: 1px 5px; margin-left: 6px; vertical-align: 2px; }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; } .faint { color: ${faint}; font-size: 13px; }
    .pictures { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
    .pictures img { border-radius: 8px; height: 96px; } .pictures img:only-child { height: 220px; }
    .buttons { display: flex; gap: 8px; margin-top: 8px; }
    .buttons span { background: ${button}; border: 1px solid ${platform === 'Slack' ? line : button}; border-radius: 4px;
      padding: 4px 12px; font-size: 13px; font-weight: 500; }
  </style><header># ${escaped(title)}<span>${platform}</span></header>${lines.map(each => article(each)).join('')}`
}

function article({ from, name, text, bold, pictures, buttons, privately }: Line): string {
  const bot = from === 'bot'
  const face = bot
    ? '#5865f2'
    : faces[[...name].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % faces.length]
  const images = pictures.map(
    ({ bytes, altText }) =>
      `<img alt="${escaped(altText)}" src="data:image/png;base64,${Buffer.from(bytes).toString('base64')}">`,
  )
  return `<article><div class="face" style="background:${face}">${escaped([...name][0]!.toUpperCase())}</div><div>
    <span class="name">${escaped(name)}</span>${bot ? '<span class="app">APP</span>' : ''}
    <div class="text">${emphasised(text, bold)}</div>
    ${images.length > 0 ? `<div class="pictures">${images.join('')}</div>` : ''}
    ${buttons.length > 0 ? `<div class="buttons">${buttons.map(label => `<span>${escaped(label)}</span>`).join('')}</div>` : ''}
    ${privately ? '<div class="faint">Only one person can see this</div>' : ''}
  </div></article>`
}

/** The spans in their order; what is bold is said once for each place. */
function emphasised(text: string, bold: readonly string[]): string {
  let rest = text
  let html = ''
  for (const span of bold) {
    const at = rest.indexOf(span)
    if (at < 0) continue
    html += `${escaped(rest.slice(0, at))}<b>${escaped(span)}</b>`
    rest = rest.slice(at + span.length)
  }
  return html + escaped(rest)
}

const escaped = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`)
