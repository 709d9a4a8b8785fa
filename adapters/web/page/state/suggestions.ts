/** What could come next while somebody types: commands after a slash, values of their options, names after an @. */
import { useEffect, useState } from 'preact/hooks'
import type { CommandInfo, CommandOption } from '../../../command-info.ts'
import { api } from './api.ts'
import { parseCommandLine } from './command-line.ts'
import type { ChatModel } from './use-chat.ts'

export interface Suggestion {
  readonly label: string
  readonly detail?: string
  /** The text that it makes of what is typed, with the caret at the end of what was put in. */
  readonly text: string
  readonly caret: number
}

export interface Suggestions {
  readonly list: readonly Suggestion[]
  /** Enter takes the first one; otherwise it has to be chosen, as what is typed may be meant. */
  readonly eager: boolean
  /** The command that is being typed. */
  readonly command?: CommandInfo
}

interface Asked {
  readonly option: CommandOption
  readonly command: string
  readonly typed: string
  readonly from: number
}

const none: Suggestions = { list: [], eager: false }
/** Milliseconds after the last key, before the bot is asked. */
const pause = 80

export function useSuggestions(text: string, caret: number, chat: ChatModel, channel: string): Suggestions {
  const commands = commandsFor(chat)
  const line = parseCommandLine(text, commands)
  const asked = askedOption(text, caret, commands)
  const [values, setValues] = useState<readonly { value: string; label: string }[]>([])
  const key = asked ? `${asked.command} ${asked.option.name} ${asked.typed}` : ''

  // The key holds all that the question depends on.
  useEffect(() => {
    setValues([])
    if (!asked?.option.completes) return
    let late = false
    const { command, option, typed } = asked
    const timer = setTimeout(() => {
      api.complete({ as: chat.as, channel, command, option: option.name, typed }).then(
        found => late || setValues(found),
        () => undefined,
      )
    }, pause)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [key, chat.as, channel])

  if (/^\/\S*$/.test(text) && caret === text.length) return { list: commandList(text.slice(1), commands), eager: true }
  if (asked) return { list: valueList(text, caret, asked, values, chat), eager: false, command: line?.command }
  const mentions = mentionList(text, caret, chat)
  return { ...(mentions.length > 0 ? { list: mentions, eager: true } : none), command: line?.command }
}

/** The bot's commands that whoever speaks may use. */
export function commandsFor({ state, me }: ChatModel): readonly CommandInfo[] {
  return (state.hello?.commands ?? []).filter(({ adminsOnly }) => !adminsOnly || me?.admin)
}

function commandList(typed: string, commands: readonly CommandInfo[]): Suggestion[] {
  const begins = (name = '') => name.toLowerCase().startsWith(typed.toLowerCase())
  return commands
    .filter(({ name, localName }) => begins(name) || begins(localName))
    .map(({ name, localName, description, options }) => {
      const shown = localName ?? name
      const text = options.length > 0 ? `/${shown} ` : `/${shown}`
      return { label: `/${shown}`, detail: description, text, caret: text.length }
    })
}

/** The option whose value the caret is in. */
function askedOption(text: string, caret: number, commands: readonly CommandInfo[]): Asked | undefined {
  const line = parseCommandLine(text, commands)
  const at = line?.given.findLast(({ from }) => from <= caret)
  if (!line?.command || !at) return undefined
  return { option: at.option, command: line.command.name, typed: text.slice(at.from, caret).trimStart(), from: at.from }
}

function valueList(
  text: string,
  caret: number,
  { option, typed, from }: Asked,
  values: readonly { value: string; label: string }[],
  { state }: ChatModel,
): Suggestion[] {
  const begins = (label: string) => label.toLowerCase().startsWith(typed.replace(/^@/, '').toLowerCase())
  const offered =
    option.type === 'person'
      ? state.people.map(({ name }) => ({ value: `@${name}`, label: name })).filter(({ label }) => begins(label))
      : option.choices
        ? option.choices.filter(({ label }) => begins(label))
        : values
  return offered
    .filter(({ value }) => value !== typed)
    .map(({ value, label }) => {
      const before = `${text.slice(0, from)}${value}`
      return { label, text: before + text.slice(caret), caret: before.length }
    })
}

function mentionList(text: string, caret: number, { state }: ChatModel): Suggestion[] {
  const at = /(?:^|\s)@([^@\n]{0,32})$/.exec(text.slice(0, caret))
  if (!at) return []
  const typed = at[1]!.toLowerCase()
  const start = caret - at[1]!.length
  const names = [state.hello?.botName ?? '', ...state.people.map(({ name }) => name)]
  return names
    .filter(name => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed.trim())
    .map(name => {
      const before = `${text.slice(0, start)}${name} `
      return { label: `@${name}`, text: before + text.slice(caret).trimStart(), caret: before.length }
    })
}
