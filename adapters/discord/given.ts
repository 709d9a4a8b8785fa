/** What people give with a slash command or in a form, by the names that the bot knows. */
import {
  type APIInteractionGuildMember,
  type ChatInputCommandInteraction,
  ComponentType,
  type GuildMember,
  type ModalSubmitInteraction,
  type User,
} from 'discord.js'
import type { OptionValue, Person } from '../../src/conversation/chat.ts'
import type { CommandInfo } from '../command-info.ts'
import type { FetchOptions } from '../shared/fetch-picture.ts'
import { pictureName } from './commands.ts'
import { picturesOf } from './pictures.ts'

export type PersonOf = (user: User, member: GuildMember | APIInteractionGuildMember | null | undefined) => Person
type Given = Record<string, OptionValue>

export function givenOptions(
  { options }: ChatInputCommandInteraction,
  { options: expected }: CommandInfo,
  personOf: PersonOf,
  fetching: FetchOptions,
): Given {
  const given: Given = {}
  for (const { name, type, max = 1 } of expected) {
    if (type === 'picture' || type === 'pictures') {
      const names = type === 'picture' ? [name] : Array.from({ length: max }, (_, i) => pictureName(i))
      const attachments = names.map(each => options.getAttachment(each)).filter(each => each !== null)
      if (attachments.length > 0) given[name] = picturesOf(attachments, fetching)
      continue
    }
    const option = options.get(name)
    if (option?.user) given[name] = personOf(option.user, option.member as GuildMember | null | undefined)
    else if (typeof option?.value === 'string' || typeof option?.value === 'boolean') given[name] = option.value
  }
  return given
}

/** What is left empty is left out; a box that is not ticked is false. */
export function givenFields({ fields }: ModalSubmitInteraction, personOf: PersonOf, fetching: FetchOptions): Given {
  const given: Given = {}
  for (const [name, field] of fields.fields) {
    if (field.type === ComponentType.TextInput) {
      if (field.value !== '') given[name] = field.value
    } else if (field.type === ComponentType.Checkbox) {
      given[name] = field.value
    } else if (field.type === ComponentType.StringSelect) {
      const [value] = field.values
      if (value !== undefined) given[name] = value
    } else if (field.type === ComponentType.UserSelect) {
      const user = field.users?.first()
      if (user) given[name] = personOf(user, field.members?.get(user.id) as GuildMember | undefined)
    } else if (field.type === ComponentType.FileUpload) {
      // In the order in which they were chosen.
      const attachments = field.values.map(id => field.attachments?.get(id)).filter(each => each !== undefined)
      if (attachments.length > 0) given[name] = picturesOf(attachments, fetching)
    }
  }
  return given
}
