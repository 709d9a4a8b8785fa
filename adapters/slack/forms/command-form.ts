/** A command as a form, for what cannot be typed behind a slash command: pictures, and names that one does not remember. */
import type { Locale } from '../../../src/texts/texts.ts'
import { speaker } from '../../../src/texts/texts.ts'
import type { CommandInfo, CommandOption } from '../../command-info.ts'
import type { Modal, ModalField } from './modal.ts'
import type { TypedCommand, TypedOptions } from './slash-command.ts'

const longestText = 200

/**
 * Whether a form helps with what was typed: it was unclear, or something is missing that can be chosen there. A command
 * that lacks a text says itself what it needs, or has a form of its own.
 */
export function needsForm({ given, unclear }: TypedCommand, options: readonly CommandOption[]): boolean {
  const missing = options.filter(({ name, required }) => required && given[name] === undefined)
  return unclear || missing.some(({ type, completes }) => type !== 'text' || completes)
}

/** @param given what was typed, for the fields */
export function commandForm({ name, description, options }: CommandInfo, given: TypedOptions, locale: Locale): Modal {
  return {
    becomes: 'command',
    name,
    title: description,
    submit: speaker(locale)('slack.go'),
    fields: options.map(option => fieldOf(option, given[option.name])),
  }
}

function fieldOf(option: CommandOption, given: TypedOptions[string] | undefined): ModalField {
  const { name, description: label, required, max, choices = [] } = option
  const optional = !required
  const value = typeof given === 'string' ? given : undefined
  switch (option.type) {
    case 'text':
      if (option.completes) return { type: 'completing', name, label, value, optional }
      return { type: 'text', name, label, value, optional, maxLength: max ?? longestText }
    case 'choice':
      return { type: 'choice', name, label, choices, value, optional }
    case 'person':
      return { type: 'person', name, label, value: typeof given === 'object' ? given.person : undefined, optional }
    case 'tick':
      return { type: 'tick', name, label, value: given === true }
    case 'picture':
      return { type: 'pictures', name, label, min: required ? 1 : 0, max: 1 }
    case 'pictures':
      return { type: 'pictures', name, label, min: required ? 1 : 0, max: max ?? 10 }
  }
}
