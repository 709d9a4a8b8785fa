/** The page by keyboard only, on a phone, in the dark, without motion, in another language, and for a screen reader. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audit, focusShows, overflow } from './audit.ts'
import { browserIsMissing, dropPictures, launch, Stage, screenshot } from './browser.ts'

const group = { tenant: 'web:local', channel: 'group', direct: false }

describe.skipIf(browserIsMissing)('the page', { timeout: 60_000 }, () => {
  let browser: Browser
  let stage: Stage
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    stage = new Stage(browser, { pace: 60, steps: 12 })
    await stage.start()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await stage.close()
    expect(stage.complaints).toEqual([])
  })

  const focused = async (page: Page) =>
    String(
      await page.evaluate(`(() => {
        const element = document.activeElement
        const labels = [...(element.labels ?? [])].map(label => label.textContent).join(' ')
        // Behind the last thing the browser's own buttons have the focus.
        return element === document.body ? '' : (element.getAttribute('aria-label') || labels || element.textContent).trim()
      })()`),
    )

  /** Tabs on until something of that name has the focus. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab')
      const now = await focused(page)
      if (now === '') continue
      expect(await focusShows(page), `the focus on “${now}” shows`).toBe(true)
      if (now.includes(name)) return
    }
    throw new Error(`Expected to reach ${name} with the Tab key`)
  }

  it('works by keyboard alone', async () => {
    const page = await stage.open()
    await page.getByRole('button', { name: 'Teach Mắm' }).waitFor()
    await tabTo(page, 'Teach Mắm')
    await page.keyboard.press('Enter')
    await page.getByRole('main').getByText('I know Mắm now!').waitFor()

    // A command, chosen with the arrows.
    await tabTo(page, 'Message to Everybody')
    await page.keyboard.type('/')
    await page.getByRole('option', { name: '/teach' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog')
    await form.waitFor()
    await tabTo(page, 'Name')
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('Message to Everybody')

    // Names are completed, and a value is only taken when it is chosen.
    await page.keyboard.type('/forget M')
    await page.getByRole('option', { name: 'Mắm' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('main').getByText('/forget is only a story here.').waitFor()
    await page.keyboard.type('@Fam')
    await page.keyboard.press('Tab')
    await page.keyboard.type('draw Mắm')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Download: Drawing of Mắm at the beach' }).nth(1).waitFor()

    // Back through the messages, to a drawing at its largest.
    for (let i = 0; i < 30 && !(await focused(page)).startsWith('Enlarge'); i++) await page.keyboard.press('Shift+Tab')
    expect(await focused(page)).toMatch(/^Enlarge: Drawing of Mắm/)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: /^Drawing of Mắm/ }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toMatch(/^Enlarge: Drawing of Mắm/)
  })

  it('reads out what is new, once', async () => {
    const page = await stage.open()
    const spoken = page.locator('[aria-live=polite]')
    await page.locator('.subject').first().waitFor()
    const ref = await stage.adapter.send(group, {
      text: '',
      card: { title: 'Learning Bo', status: 'a', state: 'running' },
    })
    await spoken.getByText('Familiar: Learning Bo').waitFor({ state: 'attached' })
    await stage.adapter.edit(ref, {
      text: '',
      card: { title: 'Learning Bo', status: 'b', share: 0.5, state: 'running' },
    })
    await page.getByRole('main').getByText('50%').waitFor()
    expect(await spoken.textContent()).toBe('Familiar: Learning Bo')
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50')
  })

  async function fill(page: Page): Promise<void> {
    await page.evaluate(
      `fetch('/api/people', { method: 'POST', body: '{"name":"Minh"}', headers: { 'Content-Type': 'application/json' } })`,
    )
    await page.getByRole('button', { name: 'Teach Mắm' }).click()
    await page.getByRole('main').getByText('I know Mắm now!').waitFor()
    const box = page.getByRole('textbox', { name: /^Message to/ })
    await box.fill('@Familiar draw Mắm in the snow')
    await box.press('Enter')
    await page.getByAltText('Drawing of Mắm at the snow, AI-generated').waitFor()
    await page.getByRole('button', { name: 'Report' }).last().click()
    await page.getByRole('main').getByText('Thank you, You.').waitFor()
  }

  for (const colorScheme of ['light', 'dark'] as const)
    it(`names everything and is easy to read (${colorScheme})`, async () => {
      const page = await stage.open({ colorScheme, reducedMotion: 'reduce' })
      await page.locator('.subject').first().waitFor()
      expect(await audit(page)).toEqual([])
      await fill(page)
      expect(await audit(page)).toEqual([])
      await screenshot(page, `chat-${colorScheme}`)
      await dropPictures(page, '.timeline', ['/album/bo-1.png', '/album/bo-2.png', '/album/bo-3.png'])
      await page.getByRole('textbox', { name: /^Message to/ }).fill('/re')
      await page.getByRole('option', { name: '/remember' }).waitFor()
      expect(await audit(page)).toEqual([])
      await page.getByRole('textbox', { name: /^Message to/ }).fill('')
      await page.getByRole('button', { name: 'Teach somebody from these 3 pictures' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await audit(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Sample album' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await audit(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'How it is doing' }).click()
      await page.getByText('storybook', { exact: true }).waitFor()
      expect(await audit(page)).toEqual([])
      await page.getByAltText('Sample drawing of Mắm, AI-generated').waitFor()
      await screenshot(page, `operator-${colorScheme}`)
      const moving = `document.getAnimations().filter(each => each.playState === 'running').length`
      expect(await page.evaluate(moving)).toBe(0)
    })

  it('fits a phone', async () => {
    const page = await stage.open({
      reducedMotion: 'reduce',
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    await page.locator('.subject').first().waitFor()
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await screenshot(page, 'phone-welcome')
    await fill(page)
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(await audit(page)).toEqual([])
    await screenshot(page, 'phone')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'How it is doing' }).click()
    await page.getByText('storybook', { exact: true }).waitFor()
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await screenshot(page, 'phone-operator')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Everybody' }).waitFor({ state: 'hidden' })
    await page.goto(stage.adapter.url)
    await dropPictures(page, '.timeline', ['/album/bo-1.png', '/album/bo-2.png', '/album/bo-3.png', '/album/bo-4.png'])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Teach somebody from these 4 pictures' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await screenshot(page, 'phone-form')
  })

  it('speaks the browser’s language where it can', async () => {
    const page = await stage.open({ locale: 'vi-VN' })
    await page.getByText('Bạn muốn giới thiệu ai?').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('vi')
    expect(await audit(page)).toEqual([])
    await page.getByRole('button', { name: 'Tình trạng' }).click()
    await page.getByText('Những ai nó biết').waitFor()
  })

  it('shows a long history from its end, and the earlier part when asked', async () => {
    for (let i = 1; i <= 70; i++) await stage.adapter.send(group, { text: `message number ${i}` })
    const page = await stage.open()
    await page.getByText('message number 70', { exact: true }).waitFor()
    expect(await page.getByText('message number 70', { exact: true }).isVisible()).toBe(true)
    expect(await page.getByText('message number 9', { exact: true }).count()).toBe(0)
    await page.locator('.timeline').evaluate('element => { element.scrollTop = 0 }')
    await page.getByRole('button', { name: 'Earlier messages' }).click()
    await page.getByText('message number 9', { exact: true }).waitFor()
    await stage.adapter.send(group, { text: 'the very last' })
    await page.getByRole('button', { name: 'Newest messages' }).click()
    await page.getByRole('button', { name: 'Newest messages' }).waitFor({ state: 'detached' })
  })
})
