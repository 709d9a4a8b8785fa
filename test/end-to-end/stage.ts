/**
 * The whole product on a folder of its own, and the people of a chat who look at it over HTTP: what the tests of this
 * folder have in common. The bot runs in this process, its engine in a child, as `npm start` has it; what everybody sees
 * is taken down as a transcript that can be read.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { sampleAlbum } from '../../adapters/web/server/album.ts'
import { PageClient, type Upload } from '../../adapters/web/testing/page-client.ts'
import type { Events, Outcome, WireMessage, WireValue } from '../../adapters/web/wire.ts'
import { type Config, parseConfig } from '../../src/config.ts'
import { type Familiar, startFamiliar } from '../../src/familiar.ts'

/** Seconds after which something that was waited for does not come any more, on a machine with much else to do. */
export const patience = 240
/** For a test of several answers and lessons. */
export const testTimeout = 3 * patience * 1000

/** Looks until there is something, and says what was there instead when nothing comes. */
export async function until<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  what: string,
  seconds = patience,
  instead: () => string = () => '',
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`Expected ${what} within ${seconds} seconds but there was none. ${instead()}`)
    await sleep(25)
  }
}

export class Member extends PageClient {
  readonly name: string

  constructor(url: string, as: string, name: string) {
    super(url, as)
    this.name = name
  }

  get direct(): string {
    return `direct-${this.as}`
  }
}

const drawn = sampleAlbum()

/** The pictures of somebody in the drawn world: Mắm and Bo, two pets, and Lan, a person. */
export async function photosOf(name: 'Mắm' | 'Bo' | 'Lan'): Promise<Upload[]> {
  const { pictures } = drawn.album.subjects.find(subject => subject.name === name)!
  return Promise.all(pictures.map(({ name: file }) => picture(file)))
}

/** `who-1`: Mắm and Bo at the beach, `who-2`: Mắm in the snow, `who-3`: another cat, `who-4`: Lan and Bo. */
export async function picture(file: string): Promise<Upload> {
  const name = file.endsWith('.png') ? file : `${file}.png`
  return { name, bytes: (await drawn.picture(name))! }
}

/**
 * Opens a chat of the whole product.
 * @param name of the transcript, which is written to the folder FAMILIAR_TRANSCRIPT when that is set
 */
export async function openChat(name: string, variables: Record<string, string> = {}): Promise<GroupChat> {
  const folder = process.env.FAMILIAR_TRANSCRIPT
  if (folder) mkdirSync(folder, { recursive: true })
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-e2e-'))
  const chat = new GroupChat(dataDir, folder ? join(folder, `${name}.txt`) : undefined)
  await chat.start(variables)
  return chat
}

export class GroupChat {
  readonly dataDir: string
  readonly members: Member[] = []
  /** What went on, a line for each thing that somebody could see. */
  readonly lines: string[] = []
  /** Log lines of the bot from level `warn` on: in a chat in which everything goes well, there is none. */
  readonly warnings: string[] = []
  /** Ids of what was told to the bot and is to be answered. */
  readonly #asked = new Map<string, string>()
  readonly #told = new Map<string, string>()
  readonly #read = new Map<Member, number>()
  readonly #transcript: string | undefined
  #familiar: Familiar | undefined
  #port = 0

  constructor(dataDir: string, transcript?: string) {
    this.dataDir = dataDir
    this.#transcript = transcript
    if (transcript) writeFileSync(transcript, '')
  }

  get url(): string {
    return this.#familiar!.page
  }

  get you(): Member {
    return this.members[0]!
  }

  config(variables: Record<string, string> = {}): Config {
    return parseConfig({
      DATA_DIR: this.dataDir,
      WEB_PORT: String(this.#port),
      DEVICE: 'cpu',
      TEACH_SECONDS: '2',
      ...variables,
    })
  }

  /** Starts it, again on the same port, so that pages find it where it was. */
  async start(variables: Record<string, string> = {}): Promise<void> {
    const log = pino({ level: 'warn' }, { write: (line: string) => void this.warnings.push(line) })
    this.#familiar = await startFamiliar(this.config(variables), log)
    this.#port = Number(new URL(this.url).port)
    if (this.members.length === 0) this.members.push(new Member(this.url, 'you', 'You'))
    for (const member of this.members) await member.connect()
    this.note(`(Familiar is here: model ${this.#familiar.model}, on ${this.#familiar.device})`)
  }

  async stop(): Promise<void> {
    await this.#familiar?.close()
    this.#familiar = undefined
    this.#listen()
    for (const member of this.members) member.disconnect()
    this.note('(Familiar has stopped)')
  }

  async restart(variables: Record<string, string> = {}): Promise<void> {
    await this.stop()
    await this.start(variables)
  }

  /** Ends it and deletes its folder. */
  async end(): Promise<void> {
    await this.stop()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  async invite(name: string): Promise<Member> {
    const { id } = await this.you.send<{ id: string }>('POST', '/api/people', { name })
    const member = new Member(this.url, id, name)
    await member.connect()
    this.members.push(member)
    return member
  }

  async post(
    member: Member,
    text: string,
    {
      pictures = [],
      replyTo,
      channel = 'group',
      nonce,
    }: { pictures?: readonly Upload[]; replyTo?: WireMessage; channel?: string; nonce?: string } = {},
  ): Promise<WireMessage> {
    const message = await member.post(channel, { text, pictures, replyTo: replyTo?.id, nonce })
    await this.until(() => member.messages.get(message.id), `“${text}” in the chat`)
    return message
  }

  /** What the bot has answered to a message, as far as its author sees it. */
  answersTo({ id }: WireMessage, member: Member): WireMessage[] {
    return [...member.messages.values()].filter(({ from, replyTo }) => from === 'bot' && replyTo?.id === id)
  }

  /** Posts and waits for the answer, which must come to where the question was. */
  async ask(member: Member, text: string, options: Parameters<GroupChat['post']>[2] = {}): Promise<WireMessage> {
    const message = await this.post(member, text, options)
    const answer = await this.until(() => this.answersTo(message, member)[0], `an answer to “${text}”`)
    this.#asked.set(message.id, answer.id)
    if (answer.channel !== message.channel)
      throw new Error(`Expected the answer to “${text}” in ${message.channel} but it came to ${answer.channel}`)
    return answer
  }

  /** Calls a command and waits for what the bot says to it; nothing when it opens a form. */
  async command(
    member: Member,
    name: string,
    options: Record<string, WireValue> = {},
    channel = 'group',
  ): Promise<WireMessage | undefined> {
    const before = member.messages.size
    const outcome = await member.command(channel, name, options)
    if (outcome.form) {
      this.note(`(${member.name} opens the form “${outcome.form.title}”)`)
      return undefined
    }
    const news = () => [...member.messages.values()].slice(before).find(({ command }) => command?.by === member.as)
    return this.until(news, `an answer to /${name}`)
  }

  /** Hands in the form that is open, with what is not given as the form has it, and waits for what is said then. */
  async submit(member: Member, fields: Record<string, WireValue>): Promise<WireMessage> {
    const empty = { text: '', pictures: [], choice: '', person: '', tick: false }
    const preset = member.form!.fields.map(field => [field.name, 'value' in field ? field.value : empty[field.type]])
    const { title } = member.form!
    this.note(`(${member.name} hands in “${title}”)`)
    const presets = Object.fromEntries(preset.map(([name, value]) => [name, value ?? '']))
    return this.#after(member, () => member.submit({ ...presets, ...fields }), `an answer to the form “${title}”`)
  }

  /** Presses the button of that label, and waits for what the bot then says to whoever pressed. */
  async press(member: Member, message: WireMessage, label: string): Promise<WireMessage> {
    return this.#after(member, () => this.tap(member, message, label), `something after ${label} was pressed`)
  }

  /** Presses and does not wait. */
  async tap(member: Member, message: WireMessage, label: string): Promise<Outcome> {
    const now = member.messages.get(message.id)
    const button = now?.buttons.find(each => each.label === label)
    if (!button) throw new Error(`Expected a button “${label}” but there are ${now?.buttons.map(each => each.label)}`)
    this.note(`(${member.name} presses ${label})`)
    return member.press(message.id, button.action)
  }

  /** The message of a lesson, as it is now. */
  card(name: string, state?: string): WireMessage | undefined {
    const cards = this.you.in('group').filter(({ card }) => card?.title === `Learning ${name}`)
    const last = cards.at(-1)
    return state === undefined || last?.card?.state === state ? last : undefined
  }

  /** Waits for a message of the bot in the group. */
  says(part: string, member = this.you, channel = 'group'): Promise<WireMessage> {
    const look = () => member.in(channel).findLast(({ from, text }) => from === 'bot' && text.includes(part))
    return this.until(look, `the bot to say “${part}”`)
  }

  until<T>(look: () => T | undefined | false | null, what: string, seconds = patience): Promise<T> {
    const listen = () => {
      this.#listen()
      return look()
    }
    return until(listen, what, seconds, () => `The chat so far:\n${this.lines.slice(-25).join('\n')}`)
  }

  note(line: string): void {
    this.#listen()
    this.#write(line)
  }

  /** Messages of people that the bot has answered more than once. */
  answeredTwice(): string[] {
    const counts = new Map<string, number>()
    const seen = new Map(this.members.flatMap(member => [...member.messages]))
    for (const { from, replyTo } of seen.values())
      if (from === 'bot' && replyTo) counts.set(replyTo.id, (counts.get(replyTo.id) ?? 0) + 1)
    return [...counts].filter(([, count]) => count > 1).map(([id]) => seen.get(id)?.text ?? id)
  }

  async #after(member: Member, act: () => Promise<unknown>, what: string): Promise<WireMessage> {
    const last = Math.max(0, ...[...member.messages.keys()].map(Number))
    await act()
    const news = () => [...member.messages.values()].find(({ id, from }) => from === 'bot' && Number(id) > last)
    return this.until(news, what)
  }

  /** Takes down what has come since. */
  #listen(): void {
    for (const member of this.members) {
      for (const { name, data } of member.events.slice(this.#read.get(member) ?? 0)) {
        if (name === 'message') this.#take(data as WireMessage, member)
        if (name === 'removed') this.#say((data as Events['removed']).id, '(a message is deleted)')
      }
      this.#read.set(member, member.events.length)
    }
  }

  #take({ id, channel, from, text, pictures, card, buttons, privately }: WireMessage, seer: Member): void {
    const who = from === 'bot' ? 'Familiar' : (this.members.find(({ as }) => as === from)?.name ?? from)
    const to = privately ? ` (only to ${seer.name})` : channel === 'group' ? '' : ` (directly, ${seer.name})`
    const parts = [
      text.replaceAll('\n', '\n    '),
      card && `[${card.title}: ${card.status}]`,
      ...pictures.map(({ name, altText }) => `[picture: ${altText ?? name}]`),
      buttons.length > 0 && `{${buttons.map(({ label }) => label).join(' | ')}}`,
    ]
    this.#say(id, `${who}${to}: ${parts.filter(Boolean).join(' ')}`)
  }

  /** Everybody sees the same, and progress is a change that says nothing new. */
  #say(id: string, line: string): void {
    if (this.#told.get(id) === line) return
    this.#told.set(id, line)
    this.#write(line)
  }

  #write(line: string): void {
    this.lines.push(line)
    // At once, so that what a test hangs over can be read.
    if (this.#transcript) appendFileSync(this.#transcript, `${line}\n`)
  }
}
