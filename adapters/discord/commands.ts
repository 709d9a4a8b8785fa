/** The bot's commands as Discord's slash commands and entries of messages' menus, and what people give with them. */
import {
  type APIApplicationCommandOption,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Locale as Language,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js'
import type { Choice } from '../../src/conversation/chat.ts'
import type { Locale } from '../../src/texts/texts.ts'
import type { CommandInfo, CommandOption } from '../command-info.ts'
import { cut } from './payload.ts'

/** The language in which Discord shows a command to whoever has none of the others. */
export const baseLocale: Locale = 'en'
const languages: Partial<Record<Locale, Language>> = { vi: Language.Vietnamese }

const longestDescription = 100
const longestChoice = 100
const longestMenuName = 32
const mostOptions = 25
export const mostChoices = 25
const mostMenuEntries = 15

/** Letters and digits of any script, with - and _, of at most 32 characters, and nothing that has a small form. */
const nameRule = /^[-_'\p{L}\p{N}\p{M}]{1,32}$/u
const isName = (name: string) => nameRule.test(name) && name === name.toLowerCase()

type Definitions = RESTPutAPIApplicationCommandsJSONBody
type Commands = (locale: Locale) => readonly CommandInfo[]

/** What is registered with Discord, in all languages. */
export function definitionsOf(commands: Commands): Definitions {
  const base = commands(baseLocale)
  const translated = Object.entries(languages).map(
    ([locale, language]) => [language, commands(locale as Locale)] as const,
  )
  const inOthers = ({ name }: CommandInfo): Translation[] =>
    translated.map(([language, all]) => ({ language, info: all.find(other => other.name === name) }))
  return [
    ...base.map(info => slashCommand(info, inOthers(info), base)),
    ...base
      .filter(({ onMessage }) => onMessage)
      .slice(0, mostMenuEntries)
      .map(info => menuEntry(info, inOthers(info))),
  ]
}

const slashCommand = (info: CommandInfo, others: readonly Translation[], all: readonly CommandInfo[]) => ({
  ...common(info),
  type: ApplicationCommandType.ChatInput as const,
  name: info.name,
  description: cut(info.description, longestDescription),
  ...localized('name', others, other => freeName(other.localName, other.name, all)),
  ...localized('description', others, other => cut(other.description, longestDescription)),
  options: optionsOf(info, others),
})

const menuEntry = (info: CommandInfo, others: readonly Translation[]) => ({
  ...common(info),
  type: ApplicationCommandType.Message as const,
  name: menuName(info),
  ...localized('name', others, other => other.onMessage && menuName(other)),
})

/** The command whose entry on a message's menu has this name. */
export const menuCommand = (commands: Commands, name: string): CommandInfo | undefined =>
  commands(baseLocale).find(info => info.onMessage !== undefined && menuName(info) === name)

const menuName = ({ onMessage = '' }: CommandInfo) => cut(onMessage, longestMenuName)

const common = ({ adminsOnly }: CommandInfo) => ({
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  default_member_permissions: adminsOnly ? String(PermissionFlagsBits.ManageGuild) : null,
})

interface Translation {
  readonly language: Language
  readonly info: CommandInfo | undefined
}

/** `name_localizations` and the like, of the languages that have another word. */
function localized<Key extends string>(
  key: Key,
  translations: readonly Translation[],
  wordOf: (info: CommandInfo) => string | undefined,
): Partial<Record<`${Key}_localizations`, LocalizationMap>> {
  const words = translations.flatMap(({ language, info }) => {
    const word = info && wordOf(info)
    return word ? [[language, word] as const] : []
  })
  return words.length > 0 ? ({ [`${key}_localizations`]: Object.fromEntries(words) } as never) : {}
}

/** A name that Discord takes and that no other command has. */
function freeName(localName: string | undefined, name: string, all: readonly CommandInfo[]): string | undefined {
  const local = localName?.normalize('NFC')
  return local && isName(local) && !all.some(other => other.name === local && other.name !== name) ? local : undefined
}

function optionsOf(info: CommandInfo, others: readonly Translation[]): APIApplicationCommandOption[] {
  const options = info.options.flatMap(option => optionOf(option, others))
  // Discord wants what is required first.
  return [...options.filter(({ required }) => required), ...options.filter(({ required }) => !required)].slice(
    0,
    mostOptions,
  )
}

const kinds = {
  text: ApplicationCommandOptionType.String,
  choice: ApplicationCommandOptionType.String,
  tick: ApplicationCommandOptionType.Boolean,
  person: ApplicationCommandOptionType.User,
  picture: ApplicationCommandOptionType.Attachment,
  pictures: ApplicationCommandOptionType.Attachment,
} as const

function optionOf(option: CommandOption, others: readonly Translation[]): APIApplicationCommandOption[] {
  const { name, type, required, max } = option
  const inLanguage = ({ options }: CommandInfo) => options.find(other => other.name === name)
  const described = {
    type: kinds[type],
    description: cut(option.description, longestDescription),
    ...localized('description', others, other => cut(inLanguage(other)?.description ?? '', longestDescription)),
    ...(required && { required }),
    ...(type === 'text' && max && { max_length: max }),
    ...(option.completes && { autocomplete: true }),
    ...(type === 'choice' && {
      choices: (option.choices ?? []).slice(0, mostChoices).map(choice => ({
        ...asChoice(choice),
        ...localized('name', others, other => labelOf(inLanguage(other)?.choices, choice)),
      })),
    }),
  }
  if (type !== 'pictures') return [{ ...described, name } as APIApplicationCommandOption]
  return Array.from(
    { length: max ?? 1 },
    (_, i) =>
      ({ ...described, name: pictureName(i), required: required === true && i === 0 }) as APIApplicationCommandOption,
  )
}

export const pictureName = (index: number) => `image${index + 1}`

function labelOf(choices: readonly Choice[] | undefined, { value }: Choice): string | undefined {
  const label = choices?.find(other => other.value === value)?.label
  return label && cut(label, longestChoice)
}

/** A choice as Discord takes it; its value is at most 100 characters long. */
export const asChoice = ({ value, label }: Choice): APIApplicationCommandOptionChoice<string> => ({
  name: cut(label, longestChoice) || value,
  value,
})

/** Choices that Discord takes: others would cost all of them. */
export const fitChoices = (choices: readonly Choice[]) =>
  choices
    .filter(({ value }) => value !== '' && value.length <= longestChoice)
    .slice(0, mostChoices)
    .map(asChoice)
