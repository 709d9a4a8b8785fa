/** The story's people at Slack. */
import { describeCommands } from '../../../adapters/command-info.ts'
import { createManifest } from '../../../adapters/slack/manifest.ts'
import { commands } from '../../../commands/index.ts'
import {
  FakeSlack,
  type FilledIn,
  type Manifest,
  type SeenMessage,
  type SlackPerson,
} from '../../fakes/slack/fake-slack.ts'
import type { Line } from './chat-picture.ts'
import type { Driver, Filled, Where } from './driver.ts'

export async function slackDriver(): Promise<Driver & { readonly slack: FakeSlack }> {
  const manifest = createManifest(describeCommands(commands, 'en')) as Manifest
  const slack = await FakeSlack.start({ manifest })
  const team = slack.addTeam({ name: 'Our pets' })
  const garden = team.addChannel({ name: 'pets' })
  const people = new Map<string, SlackPerson>()
  const person = (name: string) => people.get(name)!
  const place = (where: Where = 'group') => (where === 'group' ? garden : 'dm')
  /** Where a message stands that somebody sees. */
  const find = (who: string, ts: string) => {
    for (const where of ['group', 'direct'] as const) {
      const found = all(who, where).find(message => message.ts === ts)
      if (found) return { message: found, where }
    }
    throw new Error(`Expected a message ${ts} that ${who} sees`)
  }
  const all = (who: string, where?: Where): SeenMessage[] =>
    person(who)
      .messages(place(where))
      .flatMap(message => (message.replies > 0 ? person(who).thread(place(where), message.ts) : [message]))

  const line = (seen: SeenMessage): Line => ({
    id: seen.ts,
    from: seen.from === team.bot.userId ? 'bot' : seen.from,
    name:
      seen.from === team.bot.userId
        ? 'Familiar'
        : ([...people.values()].find(({ id }) => id === seen.from)?.name ?? '?'),
    text: seen.text,
    bold: seen.bold,
    pictures: seen.images,
    buttons: seen.buttons.map(({ label }) => label),
    privately: seen.ephemeral,
    inThread: seen.thread !== undefined,
  })

  return {
    platform: 'Slack',
    slack,
    mention: team.bot.mention,
    variables: {
      SLACK_BOT_TOKEN: team.bot.token,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      PICTURE_HOSTS: slack.host,
    },
    async join(name, { admin = false } = {}) {
      people.set(name, team.addPerson({ name, admin }))
    },
    post: (who, { text, pictures, about }, where) =>
      person(who).post(place(where), { text, files: pictures, thread: about }),
    command: (who, name, subject = '', where) => person(who).command(place(where), `/${name}`, subject),
    menu: (who, message, label) => person(who).shortcut(place(find(who, message).where), message, label),
    press: (who, message, label) => person(who).press(find(who, message).message, label),
    form: who => person(who).view?.title,
    async fillIn(who, filled) {
      const values: Record<string, FilledIn> = {}
      for (const { type, blockId, choices } of person(who).view!.fields) {
        const value = valueFor(type, blockId, choices, filled, name => person(name).id)
        if (value !== undefined) values[blockId] = value
      }
      const wrong = await person(who).submit(values)
      if (Object.keys(wrong).length > 0) throw new Error(`The form says: ${JSON.stringify(wrong)}`)
    },
    sees: (who, where) => all(who, where).map(line),
    notified: who => person(who).notifications.map(({ message }) => message.ts),
    connected: () => slack.connected(),
    violations: () => slack.violations,
    async close() {
      await slack.settled()
      await slack.close()
    },
  }
}

/** Which part of what is filled in belongs to a field. */
function valueFor(
  type: string,
  blockId: string,
  choices: readonly string[],
  { name, pictures, kind, facts, person, consent }: Filled,
  idOf: (name: string) => string,
): FilledIn | undefined {
  if (type === 'file_input') return pictures
  if (type === 'checkboxes') return consent ? choices : undefined
  if (type === 'users_select') return person === undefined ? undefined : { id: idOf(person) }
  if (type === 'static_select' || type === 'radio_buttons') return kind
  return blockId === 'name' ? name : facts
}
