/** What somebody who cannot see, or sees badly, would stumble over: checked by hand, in the browser, without a library. */
import type { Page } from 'playwright-core'

/** Sentences about what is wrong; none is right. */
export function audit(page: Page): Promise<string[]> {
  return page.evaluate(script) as Promise<string[]>
}

// A string: this project's tests know nothing of the browser's types.
const script = `(() => {
  const wrong = []
  const shown = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const words = element => {
    const by = element.getAttribute('aria-labelledby')
    if (by) return by.split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ')
    const label = element.getAttribute('aria-label') ?? (element.labels ? [...element.labels].map(each => each.textContent).join(' ') : '')
    const alts = [...element.querySelectorAll('img')].map(image => image.alt).join(' ')
    return (label || element.textContent || alts || '').trim()
  }
  const name = element => element.outerHTML.slice(0, 90)
  if (!document.documentElement.lang) wrong.push('the page has no language')
  if (document.querySelectorAll('h1').length !== 1) wrong.push('the page needs one h1')
  if (document.querySelectorAll('main').length !== 1) wrong.push('the page needs one main')
  for (const element of document.querySelectorAll('button, a[href], input, select, textarea, [role=option], [role=progressbar], [role=meter], dialog'))
    if (words(element) === '' && !(element.tagName === 'DIALOG' && !element.open)) wrong.push('no name: ' + name(element))
  for (const image of document.querySelectorAll('img'))
    if (image.alt.trim() === '') wrong.push('no alt text: ' + name(image))
  for (const drawing of document.querySelectorAll('svg'))
    if (drawing.getAttribute('aria-hidden') !== 'true') wrong.push('a drawing that is read out: ' + name(drawing))
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id)
  for (const id of new Set(ids)) if (ids.filter(each => each === id).length > 1) wrong.push('an id twice: ' + id)
  for (const attribute of ['aria-controls', 'aria-describedby', 'aria-labelledby', 'aria-activedescendant'])
    for (const element of document.querySelectorAll('[' + attribute + ']')) {
      const id = element.getAttribute(attribute)
      if (attribute !== 'aria-controls' && !document.getElementById(id)) wrong.push(attribute + ' names nothing: ' + name(element))
    }
  for (const element of document.querySelectorAll('[tabindex]'))
    if (element.tabIndex > 0) wrong.push('an order of its own: ' + name(element))
  for (const list of document.querySelectorAll('ul, ol'))
    for (const child of list.children) if (child.tagName !== 'LI') wrong.push('no item of a list: ' + name(child))

  // Contrast: WCAG 2.2, 1.4.3.
  const channels = colour => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(value => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor)
      if (colour[3] > 240) return colour
    }
    return [255, 255, 255]
  }
  const open = [...document.querySelectorAll('dialog[open]')].at(-1)
  const walker = document.createTreeWalker(open ?? document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || !shown(element) || element.closest('.unseen, option, noscript, .outgoing, :disabled')) continue
    const style = getComputedStyle(element)
    const [a, b] = [luminance(channels(style.color)), luminance(ground(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (large ? 3 : 4.5)) wrong.push('contrast ' + ratio.toFixed(2) + ': ' + name(element))
  }
  return wrong
})()`

/** How far the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  const wider = `Math.max(...[...document.querySelectorAll('body *')]
    .filter(element => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.sidebar, .unseen, .suggestions'))
    .map(element => element.getBoundingClientRect().right)) - innerWidth`
  return page.evaluate(wider) as Promise<number>
}

/** Whether what has the focus shows it. */
export function focusShows(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const element = document.activeElement
    const marks = [element, element.closest('.box, .file, .speak-as')].filter(Boolean).map(each => getComputedStyle(each))
    const outlined = marks.some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
    return element !== document.body && (outlined || element.matches('.box textarea'))
  })()`) as Promise<boolean>
}
