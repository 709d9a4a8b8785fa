/**
 * Discord on this machine: the REST API (v10), the gateway, the file host and people, in one HTTP server on a free port of
 * 127.0.0.1. The real discord.js runs against it with `rest: { api: discord.api }`. It enforces what Discord enforces and
 * keeps the channels' state, so that tests read what people would see.
 *
 * ```ts
 * const discord = await FakeDiscord.start({ privileged: ['MessageContent'] })
 * const guild = discord.addGuild({ name: 'Home' })
 * const mai = discord.addPerson('Mai')
 * guild.join(mai)
 * const general = guild.addChannel({ name: 'general' })
 * await mai.post(general, { text: `${discord.bot.mention} hello` })
 * ```
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveFile } from './cdn.ts'
import { FakeChannel } from './channel.ts'
import { Faults } from './faults.ts'
import { GatewayServer } from './gateway/server.ts'
import { FakeGateway } from './gateway.ts'
import { FakeGuild } from './guild.ts'
import { Person } from './person.ts'
import { RestApi } from './rest/api.ts'
import { applicationPayload } from './rest/routes/applications.ts'
import type { Command } from './state/commands.ts'
import { type Privileged, withIntent } from './state/intents.ts'
import { World } from './state/world.ts'
import { type Call, type FakeDiscordOptions, Refused, type Violation } from './types.ts'

export { FakeChannel } from './channel.ts'
export { FakeGuild } from './guild.ts'
export { Person } from './person.ts'
export * from './types.ts'

export class FakeDiscord {
  readonly gateway: FakeGateway
  readonly faults = new Faults()
  readonly #world: World
  readonly #server: Server
  readonly #gateway: GatewayServer

  static async start(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
    const discord = new FakeDiscord(options)
    discord.#server.listen(0, '127.0.0.1')
    await once(discord.#server, 'listening')
    discord.#world.origin = `http://127.0.0.1:${(discord.#server.address() as AddressInfo).port}`
    return discord
  }

  private constructor(options: FakeDiscordOptions) {
    const world = new World(options)
    const api = new RestApi(world, this.faults)
    const gateway = new GatewayServer(world)
    this.#world = world
    this.#gateway = gateway
    this.gateway = new FakeGateway(gateway)
    for (const intent of world.options.privileged) this.setPrivileged(intent, true)
    this.#server = createServer((request, response) => {
      if (request.url!.startsWith('/api/')) void api.serve(request, response)
      else serveFile(request, response, world)
    })
    this.#server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head))
  }

  async close(): Promise<void> {
    for (const interaction of this.#world.interactions.values()) interaction.settle(undefined)
    this.#gateway.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** For `rest.api` of discord.js: `http://127.0.0.1:PORT/api`. */
  get api(): string {
    return `${this.#world.origin}/api`
  }

  /** `127.0.0.1:PORT`: whence attachments are fetched. */
  get host(): string {
    return new URL(this.#world.origin).host
  }

  get token(): string {
    return this.#world.options.token
  }

  get bot(): { readonly id: string; readonly name: string; readonly mention: string } {
    const { id, globalName } = this.#world.bot
    return { id, name: globalName, mention: `<@${id}>` }
  }

  /** Another than the bot's user, as it is for older applications. */
  get applicationId(): string {
    return this.#world.applicationId
  }

  /** Every REST call, oldest first. */
  get calls(): readonly Call[] {
    return this.#world.calls
  }

  /** What was against the rules, whatever the world is like; a test asserts that it is empty. */
  get violations(): readonly Violation[] {
    return this.#world.violations
  }

  /** A guild with an owner (somebody else, unless said) and, unless `withoutBot`, the bot in it. */
  addGuild({
    name,
    owner,
    locale = 'en-US',
    withoutBot,
  }: {
    name: string
    owner?: Person
    locale?: string
    withoutBot?: boolean
  }): FakeGuild {
    const world = this.#world
    const user = owner ? world.users.get(owner.id)! : world.addUser(`Owner of ${name}`)
    const guild = new FakeGuild(world, world.addGuild(name, user, locale))
    if (!withoutBot) guild.addBot()
    return guild
  }

  /** @param options.locale of their client, default `en-GB` */
  addPerson(name: string, options: { locale?: string } = {}): Person {
    return new Person(this.#world, this.#world.addUser(name, options))
  }

  channel(id: string): FakeChannel | undefined {
    const found = this.#world.channels.get(id)
    return found && new FakeChannel(this.#world, found)
  }

  /** The bot's commands, everywhere or in one guild, in the API's words. */
  commands(guild?: FakeGuild): readonly Command[] {
    return this.#world.commands.of(guild?.id)
  }

  /** The application, in the API's words, with its flags; `PATCH /applications/@me` changes it. */
  get application(): Readonly<Record<string, unknown>> {
    return applicationPayload(this.#world)
  }

  /** A privileged intent is switched on or off in the developer portal. */
  setPrivileged(intent: Privileged, on: boolean): void {
    const { application } = this.#world
    application.flags = withIntent(application.flags as number, intent, on)
  }

  /** The gateway tells of a message, or an interaction, once more. */
  deliverAgain(id: string): void {
    const event = this.#world.published.get(id)
    if (!event) throw new Refused('Nothing of that id was told')
    this.#world.publish(event)
  }

  /** The fake's clock goes on by this many milliseconds: tokens and URLs expire, messages grow old. */
  advance(ms: number): void {
    this.#world.advance(ms)
  }
}
