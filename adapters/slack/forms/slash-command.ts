/**
 * Slack's slash commands: how they are named, and how options are read out of what is typed behind them. Slack knows no
 * options, so a text is one: words are the first text that the command takes, everything else is `name:value`.
 */
import type { CommandInfo, CommandOption } from '../../command-info.ts'

/** Slack's own commands, whose names no app can have (https://slack.com/help/articles/201259356). */
const reserved = new Set(
  (
    'active archive away call collapse dm dnd expand feed feedback invite join kick leave me msg mute open prefs pro ' +
    'remind remove rename search shortcuts shrug star status topic unarchive who'
  ).split(' '),
)

/** What one types, with its slash. */
export function slashName(command: string): string {
  return `/${reserved.has(command) ? `familiar-${command}` : command}`
}

/** What Slack shows behind the name while somebody types. */
export function usageHint({ options }: CommandInfo): string {
  const words = wordsOption(options)
  return options
    .flatMap(option => {
      const { name, type, choices = [], required } = option
      const hint = {
        text: option === words ? name : `${name}:…`,
        choice: `${name}:${choices.map(({ value }) => value).join('|')}`,
        person: `${name}:@…`,
        tick: `${name}:yes`,
        picture: '',
        pictures: '',
      }[type]
      if (hint === '') return []
      return required && option === words ? hint : `[${hint}]`
    })
    .join(' ')
}

/** What was typed, by option: a text as Slack writes it, a choice's value, yes or no, or a person's id. */
export type TypedOptions = Readonly<Record<string, string | boolean | { readonly person: string }>>

export interface TypedCommand {
  readonly given: TypedOptions
  /** Something was typed that is no value of its option, or an option was named that cannot be typed, such as a picture. */
  readonly unclear: boolean
}

const person = /<@([A-Z0-9]+)(?:\|[^>]*)?>/
const yes = new Set(['yes', 'true', 'on', '1', 'có'])
const no = new Set(['no', 'false', 'off', '0', 'không'])

/** @param text what Slack sends, with its own mark-up */
export function readCommand(text: string, options: readonly CommandOption[]): TypedCommand {
  const given: Record<string, string | boolean | { person: string }> = {}
  let unclear = false
  const { words, named } = parts(text, options)
  const free = [words]
  for (const { option, value } of named) {
    const read = readValue(option, value)
    if (read === undefined) unclear = true
    else {
      given[option.name] = read.value
      if (read.rest) free.push(read.rest)
    }
  }
  const rest = takePerson(free.join(' ').trim(), options, given)
  const target = wordsOption(options)
  if (rest && target && given[target.name] === undefined) given[target.name] = unquoted(rest)
  else if (rest) unclear = true
  return { given, unclear }
}

/** The option that takes the words that belong to no other. */
function wordsOption(options: readonly CommandOption[]): CommandOption | undefined {
  const texts = options.filter(({ type }) => type === 'text')
  return texts.find(({ required }) => required) ?? texts[0]
}

interface Named {
  readonly option: CommandOption
  readonly value: string
}

/** The words in front, and each `name:` with what follows it up to the next. */
function parts(text: string, options: readonly CommandOption[]): { words: string; named: Named[] } {
  const names = options.map(({ name }) => name.replace(/\W/g, '\\$&'))
  const key = new RegExp(`(?<=^|\\s)(${names.join('|')}):`, 'giu')
  const found = names.length > 0 ? [...text.matchAll(key)] : []
  const named = found.map((match, i) => ({
    option: options.find(({ name }) => name.toLowerCase() === match[1]!.toLowerCase())!,
    value: text.slice(match.index + match[0].length, found[i + 1]?.index).trim(),
  }))
  return { words: text.slice(0, found[0]?.index).trim(), named }
}

/** The value, and what is left behind it. Nothing when it is none. */
function readValue(option: CommandOption, value: string) {
  switch (option.type) {
    case 'text':
      return value === '' ? undefined : { value: unquoted(value) }
    case 'choice':
      return readChoice(option.choices ?? [], value)
    case 'tick': {
      const { word, rest } = firstWord(value)
      if (yes.has(word)) return { value: true, rest }
      return no.has(word) ? { value: false, rest } : undefined
    }
    case 'person': {
      const match = person.exec(value)
      return match?.index === 0
        ? { value: { person: match[1]! }, rest: value.slice(match[0].length).trim() }
        : undefined
    }
    default:
      return undefined
  }
}

/** By value or label, the longest that the text begins with. */
function readChoice(choices: NonNullable<CommandOption['choices']>, text: string) {
  const said = text.toLowerCase()
  const names = choices.flatMap(({ value, label }) => [
    { value, name: value.toLowerCase() },
    { value, name: label.toLowerCase() },
  ])
  const match = names
    .filter(({ name }) => said === name || said.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0]
  return match && { value: match.value, rest: text.slice(match.name.length).trim() }
}

/** `/teach Mắm @Lan`: a mention is the person, where the command takes one. */
function takePerson(words: string, options: readonly CommandOption[], given: Record<string, unknown>): string {
  const option = options.find(({ type, name }) => type === 'person' && given[name] === undefined)
  const match = option && person.exec(words)
  if (!match) return words
  given[option.name] = { person: match[1]! }
  return words.replace(match[0], ' ').replace(/\s+/g, ' ').trim()
}

function firstWord(text: string): { word: string; rest: string } {
  const [word = ''] = text.split(/\s/, 1)
  return { word: word.toLowerCase(), rest: text.slice(word.length).trim() }
}

const unquoted = (text: string) => /^["“'‘](.+)["”'’]$/su.exec(text)?.[1] ?? text
