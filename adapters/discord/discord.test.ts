/** The Discord adapter in the suite of all adapters: the real discord.js against the fake Discord. */
import type { Bot } from '../../src/conversation/chat.ts'
import {
  type FakeFile,
  type ModalValue,
  type SeenMessage as OnDiscord,
  type OptionInput,
  type Person,
  RefusedFields,
  type SeenField,
} from '../../test/fakes/discord/fake-discord.ts'
import type { Given, Harness, Member, SeenForm, SeenMessage, Where } from '../suite/harness.ts'
import { describeAdapter } from '../suite.ts'
import { openChat } from './testing/chat.ts'

describeAdapter('Discord', openDiscord)

const fieldTypes: Partial<Record<SeenField['type'], SeenForm['fields'][0]['type']>> = {
  text: 'text',
  files: 'pictures',
  strings: 'choice',
  users: 'person',
  checkbox: 'tick',
}

async function openDiscord(bot: Bot): Promise<Harness> {
  // The suite has a bot that throws.
  const { discord, guild, general, owner, member, adapter, tenant, close } = await openChat(bot)
  const leaver = discord.addPerson('Lan')
  guild.join(leaver)
  const everybody = new Map([owner, member, leaver].map(person => [person.id, person]))
  const as = ({ id }: Member): Person => everybody.get(id)!
  const channel = (who: Member, where: Where) => (where === 'group' ? general : as(who).direct)

  const optionInput = (value: Given): OptionInput =>
    typeof value !== 'object' ? value : Array.isArray(value) ? (value[0] as FakeFile) : { id: (value as Member).id }

  const modalValue = (value: Given, { type }: SeenField): ModalValue => {
    if (type === 'strings') return [value as string]
    if (type === 'users') return [(value as Member).id]
    return value as string | boolean | readonly FakeFile[]
  }

  const toSeen = ({ id, author, text, bold, pictures, buttons }: OnDiscord): SeenMessage => ({
    id,
    from: author.id === discord.bot.id ? 'bot' : author.id,
    text,
    bold,
    pictures: pictures.map(({ bytes, description }) => ({ bytes, altText: description })),
    card: cardIn(text, bold),
    buttons: buttons.map(({ label }) => label),
  })

  return {
    adapter,
    tenant,
    tenantAlone: ({ id }) => `discord:user-${id}`,
    group: general.id,
    people: { admin: owner, friend: member, leaver },
    mention: whom => (whom === 'bot' ? discord.bot.mention : as(whom).mention),
    async post(who, where, { text, pictures, replyTo }) {
      const { id } = await as(who).post(channel(who, where), { text, files: pictures, replyTo })
      return id
    },
    async deliverAgain(id) {
      discord.deliverAgain(id)
    },
    async run(who, where, command, options) {
      const inputs = Object.entries(options).map(([name, value]) => [name, optionInput(value)] as const)
      await as(who).run(channel(who, where), command, Object.fromEntries(inputs))
    },
    async runOn(who, _, id) {
      await as(who).choose({ id }, 'Show this')
    },
    async complete(who, command, option, typed) {
      const offered = await as(who).complete(general, command, option, typed)
      return offered!.map(({ name, value }) => ({ label: name, value: String(value) }))
    },
    async press(who, message, label) {
      await as(who).press(message, label)
    },
    async form(who) {
      const modal = as(who).modal
      return modal && { ...modal, fields: modal.fields.map(({ type, label }) => ({ type: fieldTypes[type]!, label })) }
    },
    async fillIn(who, given) {
      const { fields } = as(who).modal!
      const values = Object.entries(given).map(([name, value]) => [
        name,
        modalValue(value, fields.find(({ customId }) => customId === name)!),
      ])
      try {
        await as(who).submit(Object.fromEntries(values))
        return {}
      } catch (error) {
        if (error instanceof RefusedFields) return error.fields
        throw error
      }
    },
    async look(who, where) {
      return as(who)
        .messages(channel(who, where))
        .filter(({ thinking }) => !thinking)
        .map(toSeen)
    },
    notified: async who => as(who).notifications.map(toSeen),
    async deleteMessage({ id }) {
      general.deleteMessage(id)
    },
    async shutOut(who) {
      as(who).allowDirect(false)
    },
    async postAsProgram(text) {
      await general.postAsProgram(text)
    },
    close,
  }
}

/** A card is a message whose first line is bold, with a bar below it or none. */
function cardIn(text: string, bold: readonly string[]): SeenMessage['card'] {
  const [title, ...lines] = text.split('\n')
  if (title === undefined || title !== bold[0]) return undefined
  const percent = /^[▰▱]+ (\d+)%/.exec(lines[0] ?? '')?.[1]
  return { title, status: lines.join('\n'), ...(percent && { share: Number(percent) / 100 }) }
}
