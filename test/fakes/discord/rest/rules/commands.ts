/** What Discord demands of commands beyond the shape of their description. */

import { type FieldError, invalid } from '../../errors.ts'
import { type CommandBody, type CommandOption, CommandType, OptionType } from '../../state/commands.ts'

/** https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming */
const chatInputName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

const locales = new Set(
  'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko'.split(
    ' ',
  ),
)

const wrongName: FieldError = { code: 'APPLICATION_COMMAND_INVALID_NAME', message: 'Command name is invalid' }
const missing: FieldError = { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
const bounds = (min: number, max: number): FieldError => ({
  code: 'BASE_TYPE_BAD_LENGTH',
  message: `Must be between ${min} and ${max} in length.`,
})

type Wrong = Record<string, FieldError>

/** @throws DiscordError 50035 */
export function checkCommands(bodies: readonly CommandBody[], at: (index: number) => string): void {
  const wrong: Wrong = {}
  for (const [i, body] of bodies.entries()) checkCommand(body, at(i), wrong)
  const limits = { [CommandType.ChatInput]: 100, [CommandType.User]: 15, [CommandType.Message]: 15 }
  for (const [type, limit] of Object.entries(limits)) {
    const count = bodies.filter(body => (body.type ?? CommandType.ChatInput) === Number(type)).length
    if (count > limit)
      wrong[at(limit)] = { code: 'BASE_TYPE_MAX_LENGTH', message: `Maximum number of commands reached (${limit})` }
  }
  const names = bodies.map(({ name, type }) => `${type ?? 1} ${name}`)
  const twice = names.findIndex((name, i) => names.indexOf(name) < i)
  if (twice >= 0)
    wrong[at(twice)] = {
      code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
      message: 'Application command names must be unique',
    }
  if (Object.keys(wrong).length) throw invalid(wrong)
}

function checkCommand(body: CommandBody, at: string, wrong: Wrong): void {
  checkLocales(body, at, wrong)
  if ((body.type ?? CommandType.ChatInput) !== CommandType.ChatInput) {
    if (body.description) wrong[`${at}.description`] = bounds(0, 0)
    if (body.options?.length)
      wrong[`${at}.options`] = {
        code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        message: 'Context menu commands cannot have options',
      }
    return
  }
  checkNames(body, at, wrong)
  if (!body.description) wrong[`${at}.description`] = missing
  checkOptions(body.options ?? [], `${at}.options`, wrong)
  if (size(body) > 8000)
    wrong[at] = { code: 'APPLICATION_COMMAND_TOO_LARGE', message: 'Command exceeds maximum size (8000)' }
}

function checkNames(named: Pick<CommandBody, 'name' | 'name_localizations'>, at: string, wrong: Wrong): void {
  // Scripts without upper and lower case have nothing to be made lower.
  const good = (name: string) => chatInputName.test(name) && name === name.toLowerCase()
  if (!good(named.name)) wrong[`${at}.name`] = wrongName
  for (const [locale, name] of Object.entries(named.name_localizations ?? {}))
    if (!good(name)) wrong[`${at}.name_localizations.${locale}`] = wrongName
}

function checkLocales(
  {
    name_localizations,
    description_localizations,
  }: Pick<CommandBody, 'name_localizations' | 'description_localizations'>,
  at: string,
  wrong: Wrong,
): void {
  for (const [field, texts] of Object.entries({ name_localizations, description_localizations }))
    for (const locale of Object.keys(texts ?? {}))
      if (!locales.has(locale))
        wrong[`${at}.${field}`] = { code: 'DICT_TYPE_INVALID_KEY', message: `“${locale}” is not a locale` }
}

function checkOptions(options: readonly CommandOption[], at: string, wrong: Wrong): void {
  let optional = false
  const names = new Set<string>()
  for (const [i, option] of options.entries()) {
    const here = `${at}.${i}`
    checkNames(option, here, wrong)
    checkLocales(option, here, wrong)
    if (names.has(option.name))
      wrong[here] = { code: 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID', message: 'Option name already exists' }
    names.add(option.name)
    const nests = option.type === OptionType.Subcommand || option.type === OptionType.SubcommandGroup
    if (option.required && optional)
      wrong[here] = {
        code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        message: 'Required options must be placed before non-required options',
      }
    optional ||= !option.required && !nests
    if (option.autocomplete && option.choices?.length)
      wrong[`${here}.choices`] = {
        code: 'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID',
        message: 'Choices must not be set with autocomplete',
      }
    const values = option.choices?.map(({ value }) => value) ?? []
    if (new Set(values).size < values.length)
      wrong[`${here}.choices`] = {
        code: 'APPLICATION_COMMAND_OPTIONS_CHOICES_DUPLICATE_VALUE',
        message: 'Choice values must be unique',
      }
    checkOptions(option.options ?? [], `${here}.options`, wrong)
  }
}

/** Characters of names, descriptions and values; the longest of the languages counts. */
function size({
  name,
  name_localizations,
  description,
  description_localizations,
  options,
}: CommandBody | CommandOption): number {
  const longest = (text: string, texts?: Readonly<Record<string, string>> | null) =>
    Math.max(text.length, ...Object.values(texts ?? {}).map(({ length }) => length))
  const inner = (options ?? []).reduce((sum, option) => sum + size(option) + choices(option), 0)
  return longest(name, name_localizations) + longest(description ?? '', description_localizations) + inner
}

function choices({ choices }: CommandOption): number {
  return (choices ?? []).reduce((sum, { name, value }) => sum + name.length + String(value).length, 0)
}
