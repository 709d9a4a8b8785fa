/**
 * A Slack for tests: the Web API, Socket Mode, signed HTTP requests, OAuth and files in one local server, with people who
 * type and look. The real Bolt runs against it: `clientOptions: { slackApiUrl: fake.apiUrl }`.
 *
 * It enforces what Slack enforces. What is wrong is refused with Slack's error, and kept in `violations`, which a test may
 * expect to be empty. Two things that are easy to overlook: mrkdwn turns `:m:`, `*a*` and web addresses into something
 * else, while texts of `rich_text` blocks are literal; and `text` is not shown at all where there are blocks.
 */
import { signedHeaders } from './delivery/http-delivery.ts'
import type { SlackTeam } from './face.ts'
import type { Manifest } from './manifest.ts'
import { Team } from './people/team.ts'
import { listen } from './server/http-server.ts'
import type { ApiCall, Delivery, FakeSlackOptions, Faults, TeamOptions, Violation } from './types.ts'
import { World } from './world/world.ts'

export type * from './face.ts'
export type * from './manifest.ts'
export type * from './types.ts'

const patience = 10_000

export class FakeSlack {
  readonly #world: World
  readonly #teams: Team[] = []
  #close: () => Promise<void> = async () => undefined

  /** Listens on a free port of 127.0.0.1. */
  static async start(options: FakeSlackOptions = {}): Promise<FakeSlack> {
    const fake = new FakeSlack(new World(options))
    fake.#close = await listen(fake.#world)
    return fake
  }

  private constructor(world: World) {
    this.#world = world
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** Such as `http://127.0.0.1:4567`. */
  get url(): string {
    return this.#world.url
  }
  /** Host and port, from which files are served. */
  get host(): string {
    return new URL(this.url).host
  }
  /** For `clientOptions.slackApiUrl`. */
  get apiUrl(): string {
    return `${this.url}/api/`
  }
  /** For `installerOptions.authorizationUrl`. */
  get authorizationUrl(): string {
    return `${this.url}/oauth/v2/authorize`
  }
  get appId(): string {
    return this.#world.app.id
  }
  get appToken(): string {
    return this.#world.app.token
  }
  get signingSecret(): string {
    return this.#world.app.signingSecret
  }
  get clientId(): string {
    return this.#world.app.clientId
  }
  get clientSecret(): string {
    return this.#world.app.clientSecret
  }

  /** Setting it switches to HTTP mode, `undefined` back. */
  get requestUrl(): string | undefined {
    return this.#world.requestUrl
  }
  set requestUrl(url: string | undefined) {
    this.#world.requestUrl = url
  }
  /** May be replaced while it runs, as an operator does on the app's page. */
  get manifest(): Manifest {
    return this.#world.manifest
  }
  set manifest(manifest: Manifest) {
    this.#world.manifest = manifest
  }
  get teams(): readonly SlackTeam[] {
    return this.#teams
  }
  addTeam(options: TeamOptions = {}): SlackTeam {
    const team = new Team(this.#world, this.#world.addTeam(options))
    this.#teams.push(team)
    return team
  }

  get violations(): readonly Violation[] {
    return this.#world.violations
  }
  get calls(): readonly ApiCall[] {
    return this.#world.calls
  }
  get deliveries(): readonly Delivery[] {
    return this.#world.desk.deliveries
  }
  get faults(): Faults {
    return this.#world.faults
  }

  /** Open sockets that have been greeted. */
  get sockets(): number {
    return this.#world.desk.sockets.open
  }
  /** Waits until so many sockets are open. Default 1. */
  async connected(sockets = 1): Promise<void> {
    const end = Date.now() + patience
    while (this.sockets < sockets) {
      if (Date.now() > end) throw new Error(`expected ${sockets} sockets but ${this.sockets} were open after 10 s`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  /** Breaks every socket without a word. */
  dropSockets(): void {
    this.#world.desk.sockets.drop()
  }
  /** Slack's own way to end connections; after `link_disabled` none can be opened until `enableSockets()`. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    this.#world.desk.sockets.disconnect(reason)
  }
  enableSockets(): void {
    this.#world.desk.sockets.enabled = true
  }
  /** Sends an event once more, as Slack does when it saw no acknowledgement. Resolves when the app has acknowledged. */
  redeliver({ kind, type, team, payload, attempt }: Delivery, reason = 'http_timeout'): Promise<Delivery> {
    return this.#world.desk.send(team, type, { kind, payload: { ...payload }, attempt: attempt + 1, reason })
  }
  /** Deliveries of events of which a message was the cause, by its `ts`. */
  eventsOf(ts: string): readonly Delivery[] {
    return this.#world.desk.eventsOf(ts)
  }
  /** Waits until nothing is under way: deliveries are acknowledged or given up, shares are made. */
  settled(): Promise<void> {
    return this.#world.pending.settled()
  }
  /** POSTs url_verification to `requestUrl`. @throws Error when the challenge does not come back */
  async verifyUrl(): Promise<void> {
    const challenge = this.#world.ids.token('challenge')
    const body = JSON.stringify({ type: 'url_verification', token: this.#world.app.verificationToken, challenge })
    const headers = { 'Content-Type': 'application/json', ...signedHeaders(this.signingSecret, body) }
    const response = await fetch(this.requestUrl!, { method: 'POST', body, headers })
    const text = await response.text()
    if (!text.includes(challenge)) throw new Error(`expected the challenge but received ${response.status} ${text}`)
  }
}
