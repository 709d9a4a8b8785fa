/**
 * The bot, put together: what platforms tell it goes to the conversation and the commands, and what the teaching queue
 * tells goes to people's cards. It never throws: what goes wrong is said to whoever asked, and logged without what
 * anybody wrote. It knows no platform; whoever starts it hands over the platforms and everything else.
 */
import { commands } from '../commands/index.ts'
import type { Engine } from '../engine/engine.ts'
import { FamiliarError } from '../engine/errors.ts'
import type { Library } from './concepts/library.ts'
import type { Bot, Exchange, OutgoingMessage, Person, Place, Platform } from './conversation/chat.ts'
import { Departures } from './conversation/departures.ts'
import { Drafts } from './conversation/drafts.ts'
import { drawingPresses } from './conversation/drawing-buttons.ts'
import { Drawings } from './conversation/drawings.ts'
import { lessonPresses } from './conversation/lesson-buttons.ts'
import { Lessons } from './conversation/lessons.ts'
import { Notices } from './conversation/limits.ts'
import { Lines } from './conversation/lines.ts'
import { hear, questionPresses, type RunSpoken } from './conversation/listening.ts'
import { withoutContent } from './conversation/logging.ts'
import type { Log, Shelf } from './conversation/needs.ts'
import { Once } from './conversation/once.ts'
import { hasCode } from './conversation/posting.ts'
import { createSafety } from './conversation/safety.ts'
import {
  defaultPolicy,
  type Policy,
  type PressHandler,
  parseAction,
  platformsOf,
  type Services,
  type SubmissionHandler,
} from './conversation/services.ts'
import type { Asks } from './jobs/asks.ts'
import type { TeachingQueue } from './jobs/teaching.ts'
import type { Quotas } from './quotas.ts'
import type { Settings } from './settings.ts'
import { speaker } from './texts/texts.ts'

export interface BotParts {
  readonly engine: Engine
  readonly library: Library
  readonly queue: TeachingQueue
  readonly asks: Asks
  readonly quotas: Quotas
  readonly settings: Settings
  /** Where the bot keeps records of its own: namespaces `handled`, `drawings` and `departures`. */
  readonly storage: Shelf
  readonly platforms: readonly Platform[]
  readonly policy?: Partial<Policy>
  /** The operator's own terms of what is not drawn (`readBlockList`). */
  readonly blockList?: readonly string[]
  readonly log: Log
}

export interface RunningBot extends Bot {
  /** How far a lesson that runs has come, 0…1, and how long it will take, once that is known. */
  progressOf(job: string): { readonly share: number; readonly secondsLeft: number } | undefined
  /** What a page of the bot's own shows somebody: who was taught in a tenant, and what is kept. */
  home(from: Person, place: Place): Promise<OutgoingMessage>
  /** Takes up the lessons that an earlier process left. Before the adapters start. */
  start(): Promise<void>
  /**
   * Ends what is under way within seconds: lessons are kept and their cards say so. While platforms can still be posted
   * to; what was handed over is closed by whoever handed it over, but for the two queues.
   */
  close(): Promise<void>
}

export function createBot(parts: BotParts): RunningBot {
  return new FamiliarBot(parts)
}

const housekeeping = 24 * 3600 * 1000
/** How long closing waits for answers that are being given up. */
const patience = 2_000

class FamiliarBot implements RunningBot {
  readonly #services: Services
  readonly #once: Once
  readonly #departures: Departures
  readonly #presses: ReadonlyMap<string, PressHandler>
  readonly #submissions: ReadonlyMap<string, SubmissionHandler>
  readonly #closing = new AbortController()
  readonly #underWay = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor({ storage, platforms: all, policy: given, blockList, ...parts }: BotParts) {
    const { log } = parts
    const policy = { ...defaultPolicy, ...given }
    const platforms = platformsOf(all)
    this.#services = {
      ...parts,
      policy,
      platforms,
      safety: createSafety(blockList),
      drawings: new Drawings(storage.store('drawings'), policy.drawingDays),
      drafts: new Drafts(),
      lines: new Lines(),
      notices: new Notices(),
      lessons: new Lessons({ ...parts, platforms, policy }),
      closing: this.#closing.signal,
    }
    this.#once = new Once(storage.store('handled'), log)
    this.#departures = new Departures(storage.store('departures'))
    const tables = commands.map(({ presses = {} }) => presses)
    this.#presses = new Map([questionPresses, drawingPresses, lessonPresses, ...tables].flatMap(Object.entries))
    this.#submissions = new Map(commands.flatMap(({ submissions = {} }) => Object.entries(submissions)))
  }

  progressOf(job: string) {
    return this.#services.lessons.progressOf(job)
  }

  async home(from: Person, place: Place): Promise<OutgoingMessage> {
    const said: OutgoingMessage[] = []
    const listen: Exchange = {
      busy: async () => {},
      say: async message => {
        said.push(message)
        return { place, message: 'home' }
      },
    }
    for (const name of ['concepts', 'privacy']) await this.#run({ id: 'home', name, from, place, options: {} }, listen)
    return {
      text: said.map(({ text }) => text).join('\n\n'),
      pictures: said.flatMap(({ pictures = [] }) => pictures),
    }
  }

  async start(): Promise<void> {
    await this.#services.lessons.start()
    const keepHouse = () => this.#quietly('keeping house', () => this.#keepHouse())
    this.#timer = setInterval(keepHouse, housekeeping).unref()
    await keepHouse()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#closing.abort()
    const { asks, lessons } = this.#services
    const late = new Promise<void>(resolve => setTimeout(resolve, patience).unref())
    await Promise.race([Promise.allSettled([asks.close(), ...this.#underWay]), late])
    await lessons.close()
  }

  heard: Bot['heard'] = (message, exchange) => {
    const spoken = spokenExchange(exchange)
    return this.#attend('a message', message.from, message.place, spoken, false, () =>
      hear(message, spoken, this.#services, this.#once, this.#runSpoken),
    )
  }

  called: Bot['called'] = (call, exchange) =>
    this.#attend('a command', call.from, call.place, exchange, true, () =>
      this.#once.run([call.place.tenant, 'call', call.id], () => this.#run(call, exchange)),
    )

  pressed: Bot['pressed'] = (press, exchange) => {
    const { place } = press.message
    return this.#attend('a button', press.from, place, exchange, true, () =>
      this.#once.run([place.tenant, 'press', press.id], async () => {
        const { handler, argument } = parseAction(press.action)
        const handle = this.#presses.get(handler)
        if (!handle) throw new FamiliarError('OLD_BUTTON', speaker(press.from.locale)('button.old'))
        await handle(press, argument, exchange, this.#services)
      }),
    )
  }

  submitted: Bot['submitted'] = (submission, exchange) =>
    this.#attend('a form', submission.from, submission.place, exchange, true, () =>
      this.#once.run([submission.place.tenant, 'submission', submission.id], async () => {
        const { handler, argument } = parseAction(submission.action)
        const handle = this.#submissions.get(handler)
        if (!handle) throw new FamiliarError('OLD_FORM', speaker(submission.from.locale)('button.old'))
        await handle(submission, argument, exchange, this.#services)
      }),
    )

  complete: Bot['complete'] = async (place, from, name, option, typed, limit) => {
    try {
      const command = commands.find(each => each.name === name)
      const choices = await command?.complete?.({ option, typed, place, from }, this.#services)
      return (choices ?? []).slice(0, limit)
    } catch (error) {
      this.#services.log.error({ ...withoutContent(error), tenant: place.tenant }, 'a completion failed')
      return []
    }
  }

  left: Bot['left'] = tenant => this.#quietly('leaving', () => this.#departures.left(tenant, this.#services))

  joined: Bot['joined'] = tenant => this.#quietly('joining', () => this.#departures.joined(tenant))

  /** A command that was said in plain words. */
  readonly #runSpoken: RunSpoken = (spoken, { id, from, place }, exchange) =>
    this.#run({ id, name: spoken.command, from, place, options: spoken.options }, exchange)

  async #run(call: Parameters<Bot['called']>[0], exchange: Exchange): Promise<void> {
    const say = speaker(call.from.locale)
    const command = commands.find(({ name }) => name === call.name)
    if (!command) throw new FamiliarError('NO_SUCH_COMMAND', say('error.command', { name: call.name }))
    if (command.who === 'admins' && !call.from.admin) throw new FamiliarError('REFUSED', say('error.admins'))
    await command.run(call, exchange, this.#services)
  }

  /** Does what somebody asked for; what goes wrong is said to them. */
  async #attend(
    what: string,
    from: Person,
    place: Place,
    exchange: Exchange,
    privately: boolean,
    work: () => Promise<void>,
  ): Promise<void> {
    if (from.bot || this.#closing.signal.aborted) return
    const attending = work().catch(error => this.#complain(error, what, from, place, exchange, privately))
    this.#underWay.add(attending)
    await attending
    this.#underWay.delete(attending)
  }

  async #complain(
    error: unknown,
    what: string,
    from: Person,
    place: Place,
    exchange: Exchange,
    privately: boolean,
  ): Promise<void> {
    const { log, notices } = this.#services
    const fields = { ...withoutContent(error), tenant: place.tenant }
    const say = speaker(from.locale)
    let text: string
    if (this.#closing.signal.aborted) {
      if (exchange.spoken && !notices.due(JSON.stringify([place.tenant, from.id, 'closing']), Number.POSITIVE_INFINITY))
        return
      text = say('error.closing')
    } else if (error instanceof FamiliarError) {
      log.info({ code: error.code, tenant: place.tenant }, `${what} was not answered as asked`)
      // Whoever was to read it is where the bot cannot post.
      if (hasCode(error, 'PLACE_GONE')) return
      text = error.message
    } else {
      log.error(fields, `${what} failed`)
      text = say('error.unknown')
    }
    try {
      await exchange.say({ text }, { privately })
    } catch (again) {
      log.warn({ ...withoutContent(again), tenant: place.tenant }, 'nobody could be told what went wrong')
    }
  }

  async #keepHouse(): Promise<void> {
    await this.#departures.sweep(this.#services)
    await this.#once.sweep()
    await this.#services.drawings.sweep()
  }

  async #quietly(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#services.log.error(withoutContent(error), `${what} failed`)
    }
  }
}

/** No form can be opened for what is said in plain words. */
const spokenExchange = (exchange: Exchange): Exchange => ({
  say: exchange.say.bind(exchange),
  busy: exchange.busy.bind(exchange),
  spoken: true,
})
