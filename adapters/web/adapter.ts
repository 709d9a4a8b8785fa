/**
 * The chat page as one of the bot's platforms: a group chat on one's own machine that needs no account. Everything that
 * only the page knows is in this folder; what the bot sees of it is an `Adapter`.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { FamiliarError } from '../../engine/errors.ts'
import type { Adapter, Bot, MessageRef, OutgoingMessage, Place, Tenant } from '../../src/conversation/chat.ts'
import type { Locale } from '../../src/texts/texts.ts'
import type { CommandInfo } from '../command-info.ts'
import { Acts } from './server/acts.ts'
import { sampleAlbum } from './server/album.ts'
import { bundlePage } from './server/bundle.ts'
import { Chat, gone } from './server/chat.ts'
import { named, placeOf, refOf, tenant } from './server/exchange.ts'
import { isLoopback } from './server/guard.ts'
import { directChannel, toPerson } from './server/people.ts'
import { createRoutes } from './server/routes.ts'
import type { Store } from './server/store.ts'
import type { Status } from './status.ts'

export interface WebOptions {
  /** Default 127.0.0.1. On another interface everybody who reaches this machine can use the page, as anybody. */
  readonly host?: string
  /** 0 takes any that is free. */
  readonly port: number
  /** Messages and people; nothing else may be in it. */
  readonly store: Store
  /** A folder for the chat's pictures; files in it that no message has are deleted. */
  readonly folder: string
  /** What `/` offers, in a language. */
  readonly commands: (locale: Locale) => readonly CommandInfo[]
  /** What the operator's view shows; without it there is none. */
  readonly status?: () => Promise<Status>
  /** PNG of a concept's sample drawing, for the operator's view. */
  readonly sample?: (concept: string) => Promise<Uint8Array | undefined>
  /** Addresses elsewhere that are too long to be typed or printed, by the path that leads to each. */
  readonly links?: Readonly<Record<string, string>>
  /** How the bot is called in the chat; default Familiar. */
  readonly botName?: string
  /** Messages beyond these are forgotten, the earliest first; default 2000. */
  readonly keep?: number
  /** Told of bugs, which nobody else sees. */
  readonly onError?: (error: unknown) => void
}

export interface WebAdapter extends Adapter {
  /** Where the page is, once it is started. */
  readonly url: string
}

const completions = 25

/** Nobody can look before `start`; the bot may write. */
export function createWebAdapter(options: WebOptions): WebAdapter {
  const { host = '127.0.0.1', botName = 'Familiar', onError = console.error } = options
  const chat = new Chat(options.store, options.folder, botName, options.keep)
  let server: Server | undefined
  let opened: Promise<void> | undefined

  /** The bot may write before anybody can look: what an earlier process left goes on at once. */
  function ready(): Promise<void> {
    opened ??= chat.open()
    return opened
  }

  function channelOf(place: Place): string {
    if (place.tenant !== tenant)
      throw new FamiliarError('PLACE_GONE', `Expected a place of ${tenant} but received one of ${place.tenant}`)
    chat.people.requireChannel(place.channel)
    return place.channel
  }

  return {
    name: 'web',
    editEvery: 300,
    get url() {
      const { port } = (server?.address() ?? { port: options.port }) as AddressInfo
      // Somebody who listens on every interface still opens the page here.
      const name = isLoopback(host) || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
      return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
    },

    async start(bot: Bot) {
      const [bundle] = await Promise.all([bundlePage(), ready()])
      const acts = new Acts({ chat, bot, botName, commands: ({ locale }) => options.commands(locale), onError })
      const routes = createRoutes({
        ...options,
        host,
        chat,
        acts,
        bundle,
        album: sampleAlbum(),
        botName,
        onError,
        async complete(as, channel, command, option, typed) {
          const place = placeOf(channelOf(placeOf(channel)))
          const choices = await bot.complete(place, toPerson(chat.people.get(as)), command, option, typed, completions)
          return choices.slice(0, completions)
        },
      })
      server = createAdaptorServer({ fetch: routes.fetch, hostname: host }) as Server
      await listen(server, host, options.port)
      acts.redeliver().catch(onError)
    },

    async close() {
      chat.close()
      const closing = server
      if (!closing?.listening) return
      await new Promise<void>(resolve => {
        closing.close(() => resolve())
        closing.closeIdleConnections()
        // A request under way may end; a browser that keeps its connection open may not hold anybody up.
        setTimeout(() => closing.closeAllConnections(), 500).unref()
      })
    },

    async send(to: Place, message: OutgoingMessage): Promise<MessageRef> {
      await ready()
      return refOf(await chat.say(channelOf(to), message), chat.history)
    },

    async edit({ place, message }: MessageRef, content: OutgoingMessage) {
      await ready()
      const channel = channelOf(place)
      const found = named(message, chat.history)
      if (found?.channel !== channel) throw gone()
      await chat.edit(found.seq, content)
    },

    async remove({ message }: MessageRef) {
      await ready()
      const found = named(message, chat.history)
      if (found?.from === 'bot') await chat.remove(found.seq)
    },

    async direct(of: Tenant, person: string) {
      await ready()
      return placeOf(channelOf({ tenant: of, channel: directChannel(person), direct: true }))
    },

    async admins() {
      await ready()
      return chat.people
        .list()
        .filter(({ admin }) => admin)
        .map(({ id }) => id)
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)))
    server.listen(port, host, resolve)
  })
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): FamiliarError {
  if (cause.code === 'EADDRINUSE') {
    const sentence = `Expected port ${port} on ${host} to be free but another program uses it, perhaps Familiar itself: close that one or set WEB_PORT to another port`
    return new FamiliarError('PORT_IN_USE', sentence, { cause })
  }
  const advice = `Expected to listen on port ${port} of ${host} but received ${cause.code}: set WEB_HOST and WEB_PORT to what this machine has`
  return new FamiliarError('CANNOT_LISTEN', advice, { cause })
}
