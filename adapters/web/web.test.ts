/** The web adapter in the suite of all adapters, through its real server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { Bot } from '../../src/conversation/chat.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import type { Given, Harness, Member, SeenMessage, Where } from '../suite/harness.ts'
import { suiteCommand } from '../suite/helpers.ts'
import { describeAdapter } from '../suite.ts'
import { createWebAdapter } from './adapter.ts'
import { boldSpans } from './page/state/bold.ts'
import { PageClient, Refusal } from './testing/page-client.ts'
import type { WireMessage, WireValue } from './wire.ts'

describeAdapter('web', openWeb)

async function openWeb(bot: Bot): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-web-'))
  const adapter = createWebAdapter({
    port: 0,
    store: memoryStore(),
    folder,
    commands: () => [suiteCommand],
    // The suite has a bot that throws.
    onError: () => undefined,
  })
  await adapter.start(bot)

  const pages = new Map<string, PageClient>()
  const enter = async (id: string) => {
    const page = new PageClient(adapter.url, id)
    await page.connect()
    pages.set(id, page)
    return page
  }
  const first = await enter('you')
  const join_ = async (name: string, bot = false): Promise<Member> => {
    const member = await first.send<Member>('POST', '/api/people', { name, bot })
    await enter(member.id)
    return member
  }
  const people = { admin: { id: 'you', name: 'You' }, friend: await join_('Lan Anh'), leaver: await join_('Lan') }
  const program = await join_('Beeper', true)
  const page = ({ id }: Member) => pages.get(id)!
  const channel = (who: Member, where: Where) => (where === 'group' ? 'group' : `direct-${who.id}`)
  const posted = new Map<string, { who: Member; where: Where; text: string; nonce: string }>()

  const wireValue = async (who: Member, value: Given): Promise<WireValue> => {
    if (typeof value !== 'object') return value
    return Array.isArray(value) ? page(who).upload(value) : (value as Member).id
  }
  const wireValues = async (who: Member, given: Readonly<Record<string, Given>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(given).map(async ([name, value]) => [name, await wireValue(who, value)] as const),
      ),
    )
  const toSeen = async (who: Member, message: WireMessage): Promise<SeenMessage> => {
    const spans = message.from === 'bot' ? boldSpans(message.text) : [{ text: message.text, bold: false }]
    return {
      id: message.id,
      from: message.from,
      text: spans.map(({ text }) => text).join(''),
      bold: spans.filter(({ bold }) => bold).map(({ text }) => text),
      pictures: await Promise.all(
        message.pictures.map(async picture => ({
          bytes: await page(who).picture(picture),
          altText: picture.altText ?? '',
        })),
      ),
      card: message.card,
      buttons: message.buttons.map(({ label }) => label),
    }
  }

  return {
    adapter,
    tenant: 'web:local',
    group: 'group',
    people,
    mention: whom => (whom === 'bot' ? '@Familiar' : `@${whom.name}`),
    async post(who, where, { text = '', pictures, replyTo }) {
      const nonce = `post-${posted.size}`
      const message = await page(who).post(channel(who, where), { text, pictures, replyTo, nonce })
      posted.set(message.id, { who, where, text, nonce })
      return message.id
    },
    async deliverAgain(id) {
      const { who, where, text, nonce } = posted.get(id)!
      await page(who).post(channel(who, where), { text, nonce })
    },
    async run(who, where, command, options) {
      await page(who).command(channel(who, where), command, await wireValues(who, options))
    },
    complete: (who, command, option, typed) =>
      page(who).send('POST', '/api/complete', { as: who.id, channel: 'group', command, option, typed }),
    async press(who, { id }, label) {
      const button = page(who)
        .messages.get(id)!
        .buttons.find(each => each.label === label)!
      await page(who).press(id, button.action)
    },
    form: async who => page(who).form,
    async fillIn(who, fields) {
      try {
        await page(who).submit(await wireValues(who, fields))
        return {}
      } catch (error) {
        if (!(error instanceof Refusal && error.body.fields)) throw error
        return Object.fromEntries(Object.entries(error.body.fields).map(([name, { message }]) => [name, message]))
      }
    },
    async look(who, where) {
      // What the stream has told is all there is.
      const path = `/api/messages?as=${who.id}&channel=${channel(who, where)}`
      const wires = await vi.waitFor(async () => {
        const { messages } = await page(who).send<{ messages: WireMessage[] }>('GET', path)
        const told = page(who).in(channel(who, where))
        expect(told.slice(-messages.length)).toEqual(messages)
        return told
      })
      return Promise.all(wires.map(each => toSeen(who, each)))
    },
    notified: who => Promise.all([...page(who).notified.values()].map(each => toSeen(who, { ...each, pictures: [] }))),
    async deleteMessage({ id }) {
      await first.send('DELETE', `/api/messages/${id}?as=you`)
    },
    async shutOut({ id }) {
      await first.send('DELETE', `/api/people/${id}`)
    },
    async postAsProgram(text) {
      await page(program).post('group', { text })
    },
    async close() {
      for (const each of pages.values()) each.disconnect()
      await adapter.close()
      await rm(folder, { recursive: true })
    },
  }
}
