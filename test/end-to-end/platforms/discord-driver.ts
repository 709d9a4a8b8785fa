/** The story's people at Discord. */
import {
  type FakeChannel,
  FakeDiscord,
  type ModalValue,
  type OptionInput,
  type Person,
  type SeenMessage,
} from '../../fakes/discord/fake-discord.ts'
import type { Line } from './chat-picture.ts'
import type { Driver, Filled, Where } from './driver.ts'

const manageGuild = 1n << 5n

export async function discordDriver(): Promise<Driver & { readonly discord: FakeDiscord }> {
  const discord = await FakeDiscord.start({ privileged: ['MessageContent'] })
  const guild = discord.addGuild({ name: 'Our pets' })
  const garden = await guild.addChannel({ name: 'pets' })
  const people = new Map<string, Person>()
  const byId = (id: string) => [...people.values()].find(person => person.id === id)?.name
  const person = (name: string) => people.get(name)!
  const channel = (who: string, where: Where = 'group'): FakeChannel =>
    where === 'group' ? garden : person(who).direct

  const line = (seen: SeenMessage): Line => ({
    id: seen.id,
    from: seen.author.id === discord.bot.id ? 'bot' : seen.author.id,
    name: seen.author.id === discord.bot.id ? 'Familiar' : (byId(seen.author.id) ?? seen.author.name),
    text: seen.text,
    bold: seen.bold,
    pictures: seen.attachments.map(({ bytes, description }) => ({ bytes, altText: description })),
    buttons: seen.buttons.map(({ label }) => label),
    privately: seen.ephemeral,
  })

  return {
    platform: 'Discord',
    discord,
    mention: discord.bot.mention,
    variables: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.api, PICTURE_HOSTS: discord.host },
    async join(name, { admin = false } = {}) {
      const joining = discord.addPerson(name)
      people.set(name, joining)
      const roles = admin ? [(await guild.addRole({ name: 'Keepers', permissions: manageGuild })).id] : []
      await guild.join(joining, { roles })
    },
    async post(who, { text, pictures, about }, where) {
      const { id } = await person(who).post(channel(who, where), { text, files: pictures, replyTo: about })
      return id
    },
    async command(who, name, subject, where) {
      const options: Record<string, OptionInput> = subject === undefined ? {} : { [subjects[name] ?? 'name']: subject }
      await person(who).run(channel(who, where), name, options)
    },
    menu: async (who, message, label) => void (await person(who).choose({ id: message }, label)),
    press: async (who, message, label) => void (await person(who).press({ id: message }, label)),
    form: who => person(who).modal?.title,
    async fillIn(who, filled) {
      const { fields } = person(who).modal!
      const values: Record<string, ModalValue> = {}
      for (const { type, customId, choices = [] } of fields) {
        const value = valueFor(type, customId, filled, choices, name => person(name).id)
        if (value !== undefined) values[customId] = value
      }
      await person(who).submit(values)
    },
    sees: (who, where) => person(who).messages(channel(who, where)).map(line),
    notified: who => person(who).notifications.map(({ id }) => id),
    connected: () => discord.gateway.ready(),
    violations: () => discord.violations,
    close: () => discord.close(),
  }
}

/** The first option of commands that is no name. */
const subjects: Readonly<Record<string, string>> = { remember: 'fact' }

/** Which part of what is filled in belongs to a field. */
function valueFor(
  type: string,
  customId: string,
  { name, pictures, kind, facts, person, consent }: Filled,
  choices: readonly { readonly value: string; readonly label: string }[],
  idOf: (name: string) => string,
): ModalValue | undefined {
  if (type === 'files') return pictures
  if (type === 'checkbox') return consent ?? false
  if (type === 'users') return person === undefined ? [] : [idOf(person)]
  if (type === 'strings' || type === 'radio') {
    const chosen = choices.find(({ label }) => label === kind)
    return chosen && [chosen.value]
  }
  return customId === 'name' ? name : facts
}
