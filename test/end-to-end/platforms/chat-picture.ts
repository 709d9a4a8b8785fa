/** A transcript as a picture of a chat, so that a reader sees what people will see. Nothing of it is taken from anywhere else. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'
import type { SeenMessage } from '../../../adapters/suite/harness.ts'
import { launch } from '../../page/browser.ts'

/** A message as one person sees it. */
export interface Line extends SeenMessage {
  /** Whose it is, as it is shown. */
  readonly name: string
  /** Only one person sees it. */
  readonly privately?: boolean
  /** It answers in a thread. */
  readonly inThread?: boolean
}

export interface Look {
  /** Of the channel. */
  readonly title: string
  readonly platform: 'Discord' | 'Slack'
}

const width = 720

/** Writes a PNG of these messages, in 256 colours. */
export async function chatPicture(path: string, lines: readonly Line[], look: Look): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width, height: 400 }, deviceScaleFactor: 1.5 })
    await page.setContent(chatPage(lines, look))
    await page.evaluate('Promise.all([...document.images].map(image => image.decode()))')
    const png = await page.screenshot({ fullPage: true })
    await sharp(png).png({ palette: true, effort: 10 }).toFile(path)
  } finally {
    await browser.close()
  }
}

const palettes = {
  Discord: {
    scheme: 'dark',
    around: '#17151f',
    ground: '#24212f',
    text: '#e6e3ee',
    faint: '#a39db3',
    line: '#383447',
    raised: '#3a3549',
    accent: '#8f7bff',
    mention: 'rgb(143 123 255 / 22%)',
    said: '#cfc7ff',
    danger: '#c6474f',
    primary: '#6a55e0',
  },
  Slack: {
    scheme: 'light',
    around: '#efeaf4',
    ground: '#ffffff',
    text: '#221d29',
    faint: '#6d6578',
    line: '#e4dfea',
    raised: '#ffffff',
    accent: '#6d4aa8',
    mention: '#efe8fa',
    said: '#553687',
    danger: '#b0303f',
    primary: '#2c7a4b',
  },
}
const faces = ['#2f8f6b', '#c27c0e', '#8e5cc2', '#d0643b', '#3b78c4', '#b03a75']

function chatPage(lines: readonly Line[], { title, platform }: Look): string {
  const { scheme, around, ground, text, faint, line, raised, accent, mention, said, danger, primary } =
    palettes[platform]
  return `<!doctype html><meta charset="utf-8"><style>
    * { box-sizing: border-box; }
    body { margin: 0; padding: 22px; background: ${around}; color: ${text}; color-scheme: ${scheme};
      font: 15px/1.45 Inter, "Noto Sans", "DejaVu Sans", sans-serif; }
    main { border: 1px solid ${line}; border-radius: 16px; background: ${ground}; overflow: hidden; padding-bottom: 14px; }
    header { display: flex; justify-content: space-between; padding: 13px 20px; border-bottom: 1px solid ${line};
      margin-bottom: 8px; font-weight: 650; }
    header i { color: ${faint}; font-style: normal; font-weight: 400; margin-right: 5px; }
    header span { color: ${faint}; font-weight: 400; font-size: 13px; }
    article { display: grid; grid-template-columns: 38px 1fr; gap: 13px; padding: 8px 20px; }
    article.thread { margin-left: 51px; padding: 5px 20px 5px 14px; border-left: 2px solid ${line};
      grid-template-columns: 26px 1fr; gap: 10px; }
    .face { width: 38px; height: 38px; border-radius: ${platform === 'Slack' ? '9px' : '50%'}; color: white; display: grid;
      place-items: center; font-weight: 650; }
    .thread .face { width: 26px; height: 26px; font-size: 12px; border-radius: ${platform === 'Slack' ? '6px' : '50%'}; }
    .face svg { width: 74%; }
    .name { font-weight: 650; }
    .app { background: ${mention}; color: ${said}; border-radius: 5px; font-size: 10px; font-weight: 650; padding: 2px 6px;
      margin-left: 7px; vertical-align: 2px; }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; }
    .mention { background: ${mention}; color: ${said}; border-radius: 4px; padding: 0 3px; font-weight: 550; }
    .bar { color: ${accent}; letter-spacing: 1px; }
    .faint { color: ${faint}; font-size: 12.5px; margin-top: 3px; }
    .pictures { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 7px; }
    .pictures img { border-radius: 10px; height: 92px; } .pictures img:only-child { height: 168px; }
    .buttons { display: flex; gap: 8px; margin-top: 8px; }
    .buttons span { background: ${raised}; border: 1px solid ${line}; border-radius: 7px; padding: 4px 13px; font-size: 13px;
      font-weight: 550; }
    .buttons .primary { background: ${primary}; border-color: ${primary}; color: white; }
    .buttons .danger { background: ${danger}; border-color: ${danger}; color: white; }
  </style><main><header><div><i>#</i>${escaped(title)}</div><span>${platform}</span></header>${lines.map(article).join('')}</main>`
}

/** The bot's face, drawn here. */
const cat = `<svg viewBox="0 0 24 24" fill="none" stroke="white" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
  <path d="M4 4.5 5 13a7 7 0 0 0 14 0l1-8.5-5 3a9 9 0 0 0-6 0z"/><path d="M9 12v1M15 12v1M11 16l1 .8 1-.8"/></svg>`

function article({ from, name, text, bold, pictures, buttons, privately, inThread }: Line): string {
  const bot = from === 'bot'
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0)!, 0)
  const face = bot ? '#6d4aa8' : faces[sum % faces.length]
  const images = pictures.map(
    ({ bytes, altText }) =>
      `<img alt="${escaped(altText)}" src="data:image/png;base64,${Buffer.from(bytes).toString('base64')}">`,
  )
  return `<article${inThread ? ' class="thread"' : ''}>
    <div class="face" style="background:${face}">${bot ? cat : escaped([...name][0]!.toUpperCase())}</div><div>
    <span class="name">${escaped(name)}</span>${bot ? '<span class="app">APP</span>' : ''}
    <div class="text">${emphasised(text, bold)}</div>
    ${images.length > 0 ? `<div class="pictures">${images.join('')}</div>` : ''}
    ${buttons.length > 0 ? `<div class="buttons">${buttons.map(button).join('')}</div>` : ''}
    ${privately ? '<div class="faint">Only one person can see this</div>' : ''}
  </div></article>`
}

/** As the bot styles them on both platforms. */
const styles: Readonly<Record<string, string>> = { 'Yes, I agree': 'primary', Cancel: 'danger' }

const button = (label: string) => `<span class="${styles[label] ?? ''}">${escaped(label)}</span>`

/** The spans in their order; what is bold is said once for each place, and whoever is called at the beginning is not. */
function emphasised(text: string, bold: readonly string[]): string {
  const called = /^(?:@\S+ )+(?:\S+, )?/.exec(text)?.[0] ?? ''
  let rest = text.slice(called.length)
  let html = marked(called)
  for (const span of bold) {
    const at = rest.indexOf(span)
    if (at < 0) continue
    html += `${marked(rest.slice(0, at))}<b>${escaped(span)}</b>`
    rest = rest.slice(at + span.length)
  }
  return html + marked(rest)
}

/** Mentions and bars. */
const marked = (text: string) =>
  escaped(text)
    .replace(/@[\p{L}\p{M}]+/gu, '<span class="mention">$&</span>')
    .replace(/[▰▱]+/g, '<span class="bar">$&</span>')

const escaped = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`)
