/** The page's own texts in the browser's language. Every language has every text: the types see to that. */
import type { Locale } from '../../../../src/texts/texts.ts'
import { en, type Texts } from './en.ts'
import { vi } from './vi.ts'

const languages: Record<Locale, Texts> = { en, vi }

export const locale: Locale =
  navigator.languages.map(each => each.slice(0, 2)).find((each): each is Locale => each in languages) ?? 'en'
export const t: Texts = languages[locale]

/** With the country, which decides how times and numbers are written. */
const region = navigator.languages.find(each => each.slice(0, 2) === locale) ?? locale
const clock = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(region, { weekday: 'long', day: 'numeric', month: 'long' })
const date = new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'short' })
const percentage = new Intl.NumberFormat(region, { style: 'percent' })

export const timeOf = (at: number) => clock.format(at)
export const dateOf = (at: number | string) => date.format(new Date(at))
export const percent = (share: number) => percentage.format(share)

export function dayOf(at: number): string {
  const days = Math.round((startOfDay(Date.now()) - startOfDay(at)) / 86_400_000)
  return days === 0 ? t.today : days === 1 ? t.yesterday : day.format(at)
}

/** `40 s`, `2 min`, `1 h 5 min`, `3 d 4 h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 90) return `${whole} s`
  const minutes = Math.round(whole / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10))
  const format = { style: 'unit', unit: units[unit]!, maximumFractionDigits: unit > 2 ? 1 : 0 } as const
  return new Intl.NumberFormat(region, format).format(count / 2 ** (10 * unit))
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
