import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../config.ts'
import { duration, LOCALES, listed, nearestLocale, speaker, TEXTS, type TextKey, text } from './texts.ts'

const keys = Object.keys(TEXTS.en) as TextKey[]

interface Element {
  readonly type: number
  readonly value: string
  readonly options?: Record<string, { readonly value: readonly Element[] }>
}
const literal = 0
const pound = 7

function placeholders(message: string): string[] {
  const found = new Set<string>()
  const look = (elements: readonly Element[]) => {
    for (const { type, value, options = {} } of elements) {
      if (type !== literal && type !== pound) found.add(value)
      for (const option of Object.values(options)) look(option.value)
    }
  }
  look(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst() as unknown as Element[])
  return [...found].sort()
}

const examples = Object.fromEntries(
  ['count', 'facts', 'concepts', 'lessons', 'version', 'position', 'days', 'ask', 'draw', 'teach'].map(name => [
    name,
    2,
  ]),
)

describe('every language', () => {
  it.each(LOCALES)('%s has every message, and no other', locale => {
    expect(Object.keys(TEXTS[locale]).sort()).toEqual([...keys].sort())
    for (const key of keys) expect(TEXTS[locale][key].trim(), key).not.toBe('')
  })

  it.each(LOCALES)('%s has the same placeholders in each, and fills them in', locale => {
    for (const key of keys) {
      const names = placeholders(TEXTS.en[key])
      expect(placeholders(TEXTS[locale][key]), `${locale} ${key}`).toEqual(names)
      for (const count of [0, 1, 2, 5]) {
        const values = Object.fromEntries(names.map(name => [name, name in examples ? count : `<${name}>`]))
        const said = text(locale, key, values)
        expect(said, key).not.toMatch(/[{}]|undefined|NaN/)
        if (count === 5) for (const name of names) if (!(name in examples)) expect(said, key).toContain(`<${name}>`)
      }
    }
  })
})

it('is said with all of its placeholders wherever it is said', async () => {
  const wrong: string[] = []
  for (const folder of ['src', 'commands'])
    for (const file of await readdir(join(projectRoot, folder), { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const source = await readFile(join(projectRoot, folder, file), 'utf8')
      for (const { key, given } of callsIn(source)) {
        const needed = placeholders(TEXTS.en[key])
        const missing = needed.filter(name => !given.includes(name))
        if (missing.length > 0) wrong.push(`${file}: ${key} lacks ${missing.join(', ')}`)
      }
    }
  expect(wrong).toEqual([])
})

/** Calls such as `say('key', { name, count: 2 })`. Values that are not written out are not looked at. */
function callsIn(source: string): { key: TextKey; given: string[] }[] {
  const calls: { key: TextKey; given: string[] }[] = []
  for (const match of source.matchAll(/(?:say|words|\))\(\s*'([\w.]+)'(,\s*\{)?(,)?/g)) {
    const [all, key = '', values, other] = match
    if (!keys.includes(key as TextKey) || other) continue
    let body = ''
    for (let depth = values ? 1 : 0, at = match.index + all.length; depth > 0; at++) {
      const letter = source[at]!
      if ('{(['.includes(letter)) depth++
      if ('})]'.includes(letter)) depth--
      if (depth === 1) body += letter
    }
    const given = [...body.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, name]) => name!)
    calls.push({ key: key as TextKey, given })
  }
  return calls
}

describe('a text', () => {
  it('takes anything as a name', () => {
    for (const name of ["O'Neil", '<b>', '{x}', '#', '|', 'Mắm', "''"])
      expect(text('en', 'forget.done', { name })).toBe(`I have forgotten **${name}**.`)
  })

  it('counts as a language does', () => {
    expect(text('en', 'forget.ask', { name: 'Bo', facts: 0 })).toBe('Shall I forget **Bo**? This cannot be undone.')
    expect(text('en', 'forget.ask', { name: 'Bo', facts: 1 })).toContain('and one sentence about them?')
    expect(text('en', 'card.waiting', { position: 1 })).toBe('Next in line')
    expect(text('en', 'card.waiting', { position: 3 })).toBe('Number 3 in line')
    expect(text('vi', 'card.waiting', { position: 3 })).toBe('Đứng thứ 3 trong hàng')
  })

  it('is a mistake without its values', () => {
    expect(() => text('en', 'forget.done')).toThrow(/name/)
  })
})

it('says how long something takes', () => {
  const [en, vi] = [speaker('en'), speaker('vi')]
  expect([0.2, 1, 45, 90, 3000, 6000, 90_000, 200_000].map(seconds => duration(en, seconds))).toEqual([
    '1 second',
    '1 second',
    '45 seconds',
    '2 minutes',
    '50 minutes',
    '2 hours',
    '25 hours',
    '3 days',
  ])
  expect(duration(vi, 700)).toBe('12 phút')
})

it('finds the language for a tag', () => {
  expect(['vi-VN', 'vi', 'VI_vn', 'en-GB', 'de', '', undefined].map(nearestLocale)).toEqual([
    'vi',
    'vi',
    'vi',
    'en',
    'en',
    'en',
    'en',
  ])
})

it('lists as a language does', () => {
  expect(listed('en', ['Mắm', 'Bo', 'Lan'])).toBe('Mắm, Bo, and Lan')
  expect(listed('vi', ['Mắm', 'Bo'])).toBe('Mắm và Bo')
})
