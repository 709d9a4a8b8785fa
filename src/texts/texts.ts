/**
 * What the bot says, in the languages it speaks: ICU messages (https://unicode-org.github.io/icu/userguide/format_parse/messages),
 * one file a language. It knows nothing of who says what when; a message of a FamiliarError is shown as it is and not found
 * here.
 */
import { IntlMessageFormat } from 'intl-messageformat'
import { en } from './en.ts'
import { vi } from './vi.ts'

export const LOCALES = ['en', 'vi'] as const
export type Locale = (typeof LOCALES)[number]

/** Name of a message. */
export type TextKey = keyof typeof en
export type TextValues = Readonly<Record<string, string | number>>

/** All messages of a language, by name. */
export const TEXTS: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { en, vi }

const compiled = new Map<string, IntlMessageFormat>()

/** A message in a language, with its placeholders filled in. @throws when a placeholder is left without a value */
export function text(locale: Locale, key: TextKey, values: TextValues = {}): string {
  const id = `${locale} ${key}`
  let message = compiled.get(id)
  if (!message) {
    // Names may hold anything that looks like a tag: none is meant as one.
    message = new IntlMessageFormat(TEXTS[locale][key], locale, undefined, { ignoreTag: true })
    compiled.set(id, message)
  }
  return String(message.format({ ...values }))
}

/** The messages of one language. */
export type Say = (key: TextKey, values?: TextValues) => string

export function speaker(locale: Locale): Say {
  return (key, values) => text(locale, key, values)
}

/** The language spoken here that comes nearest to a platform's language tag: `vi-VN` is `vi`, an unknown one is `en`. */
export function nearestLocale(tag: string | undefined): Locale {
  const language = tag?.toLowerCase().split(/[-_]/)[0]
  return LOCALES.find(locale => locale === language) ?? 'en'
}

/** A number of seconds as people say it: `2 minutes`. */
export function duration(say: Say, seconds: number): string {
  if (seconds < 90) return say('duration.seconds', { count: Math.max(1, Math.ceil(seconds)) })
  if (seconds < 90 * 60) return say('duration.minutes', { count: Math.ceil(seconds / 60) })
  if (seconds < 36 * 3600) return say('duration.hours', { count: Math.ceil(seconds / 3600) })
  return say('duration.days', { count: Math.ceil(seconds / 86_400) })
}

/** `Mắm, Bo and Lan`. */
export function listed(locale: Locale, parts: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(parts)
}
