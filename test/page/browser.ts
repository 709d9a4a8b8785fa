/**
 * Chromium for the page's tests: Debian's own, through playwright-core, which brings no browser. Where there is none the
 * tests are left out with a note, unless FAMILIAR_BROWSER=1 says that there must be one.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createWebAdapter, type WebAdapter } from '../../adapters/web/adapter.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { StoryBot, type StoryOptions, storySample } from './story-bot.ts'
import { storyCommands, storyStatus } from './story-data.ts'

const executablePath = process.env.FAMILIAR_CHROMIUM ?? '/usr/bin/chromium'

export const browserIsMissing = !existsSync(executablePath) && process.env.FAMILIAR_BROWSER !== '1'
if (browserIsMissing) console.info(`test/page is left out: ${executablePath} is missing (apt-get install chromium)`)

export function launch(): Promise<Browser> {
  // Playwright gives each launch a user data folder of its own and deletes it.
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** The page's server with the story bot, and pages that look at it. */
export class Stage {
  readonly bot: StoryBot
  adapter!: WebAdapter
  readonly #complaints: string[] = []
  readonly #expected: RegExp[] = []
  readonly #browser: Browser
  readonly #store = memoryStore()
  #folder = ''
  #port = 0

  constructor(browser: Browser, story?: StoryOptions) {
    this.#browser = browser
    this.bot = new StoryBot(story)
  }

  async start(): Promise<void> {
    this.#folder ||= await mkdtemp(join(tmpdir(), 'familiar-page-'))
    this.adapter = createWebAdapter({
      port: this.#port,
      store: this.#store,
      folder: this.#folder,
      commands: () => storyCommands,
      status: async () => storyStatus,
      sample: async id => (id === 'mam' ? storySample() : undefined),
    })
    this.bot.adapter = this.adapter
    await this.adapter.start(this.bot)
    // The same one after a restart.
    this.#port = Number(new URL(this.adapter.url).port)
  }

  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 860 },
      locale: 'en-GB',
      timezoneId: 'Asia/Ho_Chi_Minh',
      ...options,
    })
    // A machine that does other work beside may be many times slower.
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const { origin } = new URL(this.adapter.url)
    page.on('request', request => {
      const url = request.url()
      if (!url.startsWith(origin) && !url.startsWith(`blob:${origin}`)) this.#complaints.push(`asked for ${url}`)
    })
    page.on('pageerror', error => this.#complaints.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') this.#complaints.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(this.adapter.url)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }

  /** A complaint that belongs to the test. */
  expects(complaint: RegExp): void {
    this.#expected.push(complaint)
  }

  /** Whatever a page asked for outside, said on its console, or threw. */
  get complaints(): string[] {
    return this.#complaints.filter(each => !this.#expected.some(pattern => pattern.test(each)))
  }

  async close(): Promise<void> {
    this.bot.end()
    await this.adapter.close()
    await rm(this.#folder, { recursive: true })
  }
}

/** For the README, when FAMILIAR_SCREENSHOTS names a folder. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.FAMILIAR_SCREENSHOTS
  if (!folder) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** Drops pictures of the sample album on what a selector finds, as if they came from a folder. */
export async function dropPictures(page: Page, target: string, urls: readonly string[]): Promise<void> {
  await page.evaluate(`(async () => {
    const transfer = new DataTransfer()
    for (const url of ${JSON.stringify(urls)}) {
      const blob = await (await fetch(url)).blob()
      transfer.items.add(new File([blob], url.split('/').at(-1), { type: blob.type }))
    }
    const target = document.querySelector(${JSON.stringify(target)})
    for (const type of ['dragover', 'drop'])
      target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })()`)
}
