/**
 * Discord as one of the bot's platforms: servers and direct messages, through the real gateway and REST API. Everything that
 * only Discord knows is in this folder; what the bot sees of it is an `Adapter`.
 */
import {
  type APIApplication,
  type Client,
  DiscordAPIError,
  Events,
  LimitedCollection,
  OAuth2Scopes,
  PermissionFlagsBits,
  REST,
  Routes,
  Status,
} from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import type { Adapter, Bot, OutgoingMessage, Place, Tenant } from '../../src/conversation/chat.ts'
import { withoutContent } from '../../src/conversation/logging.ts'
import type { Log } from '../../src/conversation/needs.ts'
import { type Locale, nearestLocale, speaker } from '../../src/texts/texts.ts'
import type { CommandInfo } from '../command-info.ts'
import type { PlatformHealth } from '../shared/health.ts'
import { definitionsOf } from './commands.ts'
import { connect, disconnect, hasMessageContent, unreachable } from './connection.ts'
import { placeIsGone } from './errors.ts'
import { watchGuilds } from './guilds.ts'
import { isHeard, readMessage } from './incoming.ts'
import { onInteraction } from './interactions.ts'
import { type Memory, Recall } from './memory.ts'
import { messageExchange } from './message-exchange.ts'
import { Outbox } from './outbox.ts'
import { People } from './people.ts'
import { guildOf, isSnowflake, personOf } from './places.ts'
import { restOptions } from './rest.ts'
import { uploadLimit } from './uploads.ts'

export interface DiscordOptions {
  /** Of the bot, from the Developer Portal. */
  readonly token: string
  /** In a language; each locale of `src/texts` is registered. */
  readonly commands: (locale: Locale) => readonly CommandInfo[]
  /** What must outlive a restart; nothing else may be in it. */
  readonly store: Memory
  /**
   * Whether to use the privileged intent, which shows what is said to nobody in particular: `auto`, the default, when the
   * application has it; true, always; false, never.
   */
  readonly messageContent?: 'auto' | boolean
  /** Base of the REST API, for tests. */
  readonly api?: string
  /** Hosts beside Discord's own from which attachments are fetched, for tests. */
  readonly pictureHosts?: readonly string[]
  readonly log: Log
}

export interface DiscordAdapter extends Adapter {
  /** Where somebody who runs a server invites the bot, once it is started. */
  readonly invite: string
  health(): PlatformHealth
}

const discordHosts = ['cdn.discordapp.com', 'media.discordapp.net']

const permissions =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory

/** The bot may write from the beginning; people are heard once it is started. */
export function createDiscordAdapter(options: DiscordOptions): DiscordAdapter {
  return new Discord(options)
}

class Discord implements DiscordAdapter {
  readonly name = 'discord'
  readonly editEvery = 5000
  readonly #options: DiscordOptions
  readonly #rest: REST
  readonly #recall: Recall
  readonly #people: People
  readonly #outbox: Outbox
  /** Channels where people are alone with the bot. */
  readonly #directs = new LimitedCollection<string, string>({ maxSize: 10_000 })
  #client: Client<true> | undefined
  #application = ''
  #closed = false

  constructor(options: DiscordOptions) {
    this.#options = options
    this.#rest = new REST(restOptions(options.api)).setToken(options.token)
    this.#recall = new Recall(options.store)
    this.#people = new People(() => this.#client, this.#recall)
    this.#outbox = new Outbox({
      rest: this.#rest,
      recall: this.#recall,
      limitOf: place => uploadLimit(this.#guild(place.tenant)?.premiumTier),
      application: () => this.#application,
      withoutPictures: (place, message) => this.#withoutPictures(place, message),
    })
  }

  get invite(): string {
    const scope = [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' ')
    const query = { client_id: this.#application, scope, permissions: String(permissions) }
    return `https://discord.com/oauth2/authorize?${new URLSearchParams(query)}`
  }

  health(): PlatformHealth {
    const client = this.#closed ? undefined : this.#client
    const connections = [...(client?.ws.shards.values() ?? [])]
    return {
      connected: connections.length > 0 && connections.every(({ status }) => status === Status.Ready),
      places: client?.guilds.cache.size ?? 0,
    }
  }

  send: Adapter['send'] = (place, message) => this.#outbox.send(place, message)
  edit: Adapter['edit'] = (ref, message) => this.#outbox.edit(ref, message)
  remove: Adapter['remove'] = ref => this.#outbox.remove(ref)

  async start(bot: Bot): Promise<void> {
    const { messageContent = 'auto', log } = this.#options
    const application = await this.#readApplication()
    this.#application = application.id
    const content = messageContent === 'auto' ? hasMessageContent(application) : messageContent
    await this.#connect(bot, content)
    await this.#register().catch(error =>
      log.error(withoutContent(error), 'commands cannot be registered with Discord'),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#client) await disconnect(this.#client)
  }

  direct = async (tenant: Tenant, person: string): Promise<Place> => {
    const known = this.#directs.get(person)
    if (known !== undefined) return { tenant, channel: known, direct: true }
    if (!isSnowflake(person)) throw placeIsGone(`the person "${person}"`)
    try {
      const body = { recipient_id: person }
      const { id } = (await this.#rest.post(Routes.userChannels(), { body })) as { id: string }
      this.#directs.set(person, id)
      return { tenant, channel: id, direct: true }
    } catch (error) {
      // Discord has many ways to say that it is nobody.
      if (error instanceof DiscordAPIError && error.status !== 401)
        throw new FamiliarError('PLACE_GONE', `Expected somebody on Discord but received refusal ${error.code}`)
      throw error
    }
  }

  async admins(tenant: Tenant): Promise<readonly string[]> {
    const guild = guildOf(tenant)
    if (guild) return this.#people.admins(guild)
    const person = personOf(tenant)
    return person ? [person] : []
  }

  async #readApplication(): Promise<APIApplication> {
    try {
      return (await this.#rest.get(Routes.currentApplication())) as APIApplication
    } catch (error) {
      throw unreachable(error)
    }
  }

  async #connect(bot: Bot, content: boolean): Promise<void> {
    const { token, api, log, messageContent = 'auto' } = this.#options
    if (!content)
      log.info(
        {},
        'without the intent Message Content only mentions, replies, direct messages and commands are seen on Discord: not what is asked about a name alone, and no pictures of others’ messages',
      )
    this.#client = await connect({
      token,
      api,
      content,
      listen: client => this.#listen(client, bot),
      lost: error => {
        if (this.#closed) return
        log.error({ code: error.code }, error.message)
        // Somebody has switched the intent off: without it much still works.
        if (error.code === 'MISSING_INTENT' && messageContent === 'auto' && content)
          this.#attempt('connecting again', () => this.#connect(bot, false))
      },
    })
    if (this.#closed) await disconnect(this.#client)
  }

  #listen(client: Client, bot: Bot): void {
    const { log, commands, pictureHosts = [] } = this.#options
    const needs = {
      bot,
      commands,
      rest: this.#rest,
      outbox: this.#outbox,
      people: this.#people,
      recall: this.#recall,
      fetching: { hosts: [...discordHosts, ...pictureHosts] },
      direct: this.direct,
    }
    client.on(Events.MessageCreate, message =>
      this.#attempt('hearing a message', async () => {
        if (!isHeard(message)) return
        const incoming = await readMessage(message, needs)
        await bot.heard(incoming, messageExchange(incoming, needs))
      }),
    )
    client.on(Events.InteractionCreate, interaction =>
      this.#attempt('an interaction', () => onInteraction(interaction, needs)),
    )
    client.on(Events.ShardReconnecting, shard => log.info({ shard }, 'Discord’s gateway is being connected again'))
    watchGuilds(client, bot, this.#recall, (what, work) => this.#attempt(what, work))
  }

  /** Registers the commands, unless they are as they were the last time. */
  async #register(): Promise<void> {
    const body = definitionsOf(this.#options.commands)
    const definition = [this.#application, body]
    if (!(await this.#recall.isNew('commands', definition))) return
    await this.#rest.put(Routes.applicationCommands(this.#application), { body })
    await this.#recall.note('commands', definition)
    this.#options.log.info({ commands: body.length }, 'commands are registered with Discord')
  }

  #guild(tenant: Tenant) {
    const id = guildOf(tenant)
    return id === undefined ? undefined : this.#client?.guilds.cache.get(id)
  }

  #withoutPictures({ tenant }: Place, { pictures: _, text, ...rest }: OutgoingMessage): OutgoingMessage {
    const say = speaker(rest.card?.locale ?? nearestLocale(this.#guild(tenant)?.preferredLocale))
    return { ...rest, text: [text, say('discord.noPictures')].filter(Boolean).join('\n') }
  }

  #attempt(what: string, work: () => Promise<unknown>): void {
    work().catch(error => {
      if (!this.#closed) this.#options.log.error(withoutContent(error), `${what} on Discord failed`)
    })
  }
}
