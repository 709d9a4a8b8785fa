/** Slack's people for the suite of all adapters. */
import { expect } from 'vitest'
import type { Bot, Field } from '../../../src/conversation/chat.ts'
import type {
  FieldType,
  FilledIn,
  SeenMessage as SlackMessage,
  SlackPerson,
} from '../../../test/fakes/slack/fake-slack.ts'
import type { Given, Harness, Member, PostedPicture, SeenMessage, Where } from '../../suite/harness.ts'
import { slashName } from '../forms/slash-command.ts'
import { type Mode, openStage } from './stage.ts'

const types: Record<FieldType, Field['type']> = {
  file_input: 'pictures',
  static_select: 'choice',
  radio_buttons: 'choice',
  users_select: 'person',
  checkboxes: 'tick',
  plain_text_input: 'text',
  external_select: 'text',
}

export async function openSlack(bot: Bot, mode: Mode): Promise<Harness> {
  const stage = await openStage(bot, { mode })
  const { fake, team, group, admin, friend, adapter } = stage
  const leaver = team.addPerson({ name: 'Bình' })
  const program = team.addPerson({ name: 'Beeper', bot: true })
  const people = new Map([admin, friend, leaver, program].map(person => [person.id, person]))
  const person = ({ id }: Member) => people.get(id)!
  const place = (where: Where) => (where === 'group' ? group : 'dm')

  /** As one scrolls through it, with every thread open. */
  const all = (who: SlackPerson, where: Where): SlackMessage[] =>
    who
      .messages(place(where))
      .flatMap(message => (message.replies > 0 && !message.thread ? who.thread(place(where), message.ts) : [message]))
  const everywhere = (who: SlackPerson) => [...all(who, 'group'), ...all(who, 'direct')]

  return {
    adapter,
    tenant: `slack:${team.id}`,
    group: group.id,
    people: { admin, friend, leaver },
    mention: whom => (whom === 'bot' ? team.bot.mention : person(whom).mention),
    async post(who, where, { text, pictures, replyTo }) {
      const root = replyTo && everywhere(person(who)).find(({ ts }) => ts === replyTo)
      return person(who).post(place(where), {
        text,
        files: pictures,
        ...(root && { thread: root.thread ?? root.ts }),
      })
    },
    async deliverAgain(message) {
      for (const delivery of fake.eventsOf(message)) await fake.redeliver(delivery)
    },
    async run(who, where, command, options) {
      // What cannot be typed has a form, which one asks for by naming it.
      const words = Object.entries(options).map(([name, value]) => typed(name, value, person))
      await person(who).command(place(where), slashName(command), words.join(' '))
      const files = Object.entries(options).filter(([, value]) => isPictures(value))
      if (files.length === 0) return
      await expectView(person(who))
      expect(await person(who).submit(Object.fromEntries(files) as Record<string, FilledIn>)).toEqual({})
    },
    runOn: (who, where, message, command) => person(who).shortcut(place(where), message, command),
    async complete(who, command, option, text) {
      await person(who).command(group, slashName(command))
      await expectView(person(who))
      const offered = await person(who).suggest(option, text)
      await person(who).closeView()
      return offered.map(({ text, value }) => ({ value, label: text }))
    },
    press: (who, message, label) =>
      person(who).press(everywhere(person(who)).find(({ ts }) => ts === message.id)!, label),
    async form(who) {
      const { view } = person(who)
      if (!view) return undefined
      const fields = view.fields.map(({ type, label }) => ({ type: types[type], label }))
      return { title: view.title, submit: view.submit!, fields }
    },
    async fillIn(who, fields) {
      const values = Object.entries(fields).flatMap(([name, value]): [string, FilledIn][] => {
        if (value === false) return []
        return [[name, value === true ? ['yes'] : (value as FilledIn)]]
      })
      return person(who).submit(Object.fromEntries(values))
    },
    look: async (who, where) => all(person(who), where).map(message => toSeen(message, team.bot.userId)),
    notified: async who => person(who).notifications.map(({ message }) => toSeen(message, team.bot.userId)),
    deleteMessage: async ({ id }) => admin.delete(group, id),
    shutOut: async who => person(who).deactivate(),
    postAsProgram: async text => void (await program.post(group, { text })),
    async close() {
      await stage.close()
      expect(fake.violations).toEqual([])
    },
  }
}

async function expectView(who: SlackPerson): Promise<void> {
  await expect.poll(() => who.view, { timeout: 3000 }).toBeDefined()
}

const isPictures = (value: Given): value is readonly PostedPicture[] => Array.isArray(value)

function typed(name: string, value: Given, person: (member: Member) => SlackPerson): string {
  if (isPictures(value)) return `${name}:`
  if (typeof value === 'object') return `${name}:${person(value as Member).mention}`
  return `${name}:${typeof value === 'boolean' ? (value ? 'yes' : 'no') : value}`
}

function toSeen(message: SlackMessage, bot: string): SeenMessage {
  const { ts, from, text, bold, images, buttons } = message
  return {
    id: ts,
    from: from === bot ? 'bot' : from,
    text,
    bold,
    pictures: images,
    card: cardOf(message),
    buttons: buttons.map(({ label }) => label),
  }
}

/** The bot's long work: a bold title, perhaps a bar, and what is being done. */
function cardOf({ text, bold }: SlackMessage): SeenMessage['card'] {
  const [title, second = '', ...rest] = text.split('\n')
  if (!title || title !== bold[0]) return undefined
  const percent = /^[▰▱]+ (\d+)%/.exec(second)
  if (!percent) return { title, status: [second, ...rest].join('\n') }
  return { title, status: rest.join('\n'), share: Number(percent[1]) / 100 }
}
