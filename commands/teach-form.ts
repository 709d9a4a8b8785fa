/** What is asked of whoever wants to have somebody learned: the form, and the wish that is read from it or from a command. */
import type { SubjectKind } from '../engine/engine.ts'
import { visible } from '../src/concepts/names.ts'
import type { Form, OptionValue, Person } from '../src/conversation/chat.ts'
import { action, fitsAction } from '../src/conversation/services.ts'
import type { Say } from '../src/texts/texts.ts'
import { personOption, textOption, tickOption } from './command.ts'

export const kinds: readonly SubjectKind[] = ['pet', 'person', 'thing', 'place']
export const fewest = 3
export const most = 5
export const longestName = 32
export const longestFacts = 200

/** What somebody wants to have learned. */
export interface Wish {
  readonly name: string
  readonly kind: SubjectKind
  readonly facts?: string
  readonly person?: Person
  /** The person in the pictures is whoever asks, and agrees. */
  readonly consent: boolean
}

export function wishOf(options: Readonly<Record<string, OptionValue>>): Wish {
  const person = personOption(options, 'person')
  const consent = tickOption(options, 'consent')
  const kind = kinds.find(each => each === options.kind) ?? 'pet'
  const facts = textOption(options, 'facts')
  return {
    name: textOption(options, 'name') ?? '',
    // Whoever names a member means a person.
    kind: person ? 'person' : kind,
    consent,
    ...(facts && { facts: visible(facts).trim().slice(0, longestFacts) }),
    ...(person && { person }),
  }
}

/** With a name that is known, five fields: some platforms have no room for more. */
export function teachForm(say: Say, { name, kind, facts, person }: Wish, asksForPictures = true): Form {
  const carried = name !== '' && fitsAction('teach.form', name)
  return {
    action: carried ? action('teach.form', name) : 'teach.form',
    title: carried ? say('form.title', { name }) : say('form.titleNew'),
    submit: say('form.submit'),
    fields: [
      ...(carried
        ? []
        : [{ type: 'text' as const, name: 'name', label: say('form.name'), value: name, maxLength: longestName }]),
      ...(asksForPictures
        ? [
            {
              type: 'pictures' as const,
              name: 'pictures',
              label: say('form.pictures', { fewest, most }),
              min: fewest,
              max: most,
            },
          ]
        : []),
      {
        type: 'choice',
        name: 'kind',
        label: say('form.kind'),
        value: person ? 'person' : kind,
        choices: kinds.map(each => ({ value: each, label: say(`kind.${each}`) })),
      },
      {
        type: 'text',
        name: 'facts',
        label: say('form.facts'),
        optional: true,
        maxLength: longestFacts,
        ...(facts && { value: facts }),
      },
      { type: 'person', name: 'person', label: say('form.person'), optional: true },
      { type: 'tick', name: 'consent', label: say('form.consent') },
    ],
  }
}
