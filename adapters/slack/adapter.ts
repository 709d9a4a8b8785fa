/**
 * Slack as one of the bot's platforms, through Bolt: by Socket Mode or signed requests, in one workspace or in all that
 * install the app. Everything that only Slack knows is in this folder; what the bot sees of it is an `Adapter`.
 */
import type { MessageRef, OutgoingMessage, Place, Tenant } from '../../src/conversation/chat.ts'
import { createApp } from './hearing/app.ts'
import { Messages } from './hearing/messages.ts'
import type { Needs } from './hearing/needs.ts'
import { installPath } from './manifest.ts'
import type { SlackAdapter, SlackOptions } from './options.ts'
import { History } from './reading/history.ts'
import { Pictures } from './reading/pictures.ts'
import { boltLog } from './workspace/bolt-log.ts'
import { HttpServer } from './workspace/http-server.ts'
import { Installations } from './workspace/installations.ts'
import { Socket } from './workspace/socket.ts'
import { Workspaces } from './workspace/workspaces.ts'
import { Posts } from './writing/posts.ts'
import { isPrivate, PrivateMessages } from './writing/private-messages.ts'

export type { SlackAdapter, SlackOptions } from './options.ts'

/** Slack bears an edit of a message every three seconds or so. */
const editEvery = 3000

/** Nothing is heard before `start`; the bot may write. */
export function createSlackAdapter(options: SlackOptions): SlackAdapter {
  const { events, workspaces: source, http, apiUrl, log, store } = options
  const closing = new AbortController()
  const bolt = boltLog(log)
  const installations = 'botToken' in source ? undefined : new Installations(store, source.encryptionKey, log)
  const workspaces = new Workspaces(
    'botToken' in source ? source : installations!,
    { apiUrl, log: bolt, closing: closing.signal },
    log,
  )
  const posts = new Posts()
  const privates = new PrivateMessages()
  const socket =
    'appToken' in events ? new Socket({ appToken: events.appToken, apiUrl, boltLog: bolt, log }) : undefined
  const server =
    socket && !installations
      ? undefined
      : new HttpServer({
          ...http,
          apiUrl,
          boltLog: bolt,
          ...('signingSecret' in events && { signingSecret: events.signingSecret }),
          ...('clientId' in source && { pages: { oauth: source, installations: installations! } }),
        })
  let messages: Messages | undefined

  return {
    name: 'slack',
    editEvery,
    get url() {
      return server?.url
    },
    get installPage() {
      return installations && server && `${server.url}${installPath}`
    },

    health: () => ({ connected: (socket ?? server)!.connected, places: workspaces.list().length }),

    async start(bot) {
      await workspaces.open()
      const needs: Needs = {
        ...options,
        bot,
        workspaces,
        posts,
        privates,
        pictures: new Pictures(options.pictureHosts),
        history: new History(log),
      }
      messages = new Messages(needs)
      createApp(needs, messages, (socket ?? server)!.receiver, bolt)
      for (const tenant of workspaces.takeGone()) await bot.left(tenant)
      for (const { tenant } of workspaces.list()) await bot.joined(tenant)
      if (installations)
        installations.onInstalled = async (team, scopes) => bot.joined(workspaces.add(team, scopes).tenant)
      await server?.start()
      await socket?.start()
    },

    async close() {
      closing.abort()
      messages?.close()
      await Promise.all([socket?.stop(), server?.stop()])
    },

    async send(to: Place, message: OutgoingMessage): Promise<MessageRef> {
      return posts.post(await workspaces.of(to.tenant), to, message, 'turn')
    },

    async edit(ref: MessageRef, content: OutgoingMessage) {
      const workspace = await workspaces.of(ref.place.tenant)
      if (isPrivate(ref)) await privates.edit(ref, content, workspace, posts)
      else await posts.edit(workspace, ref, content)
    },

    async remove(ref: MessageRef) {
      if (isPrivate(ref)) await privates.remove(ref)
      else await posts.remove(await workspaces.of(ref.place.tenant), ref)
    },

    async direct(tenant: Tenant, person: string): Promise<Place> {
      const { people } = await workspaces.of(tenant)
      return { tenant, channel: await people.openDirect(person), direct: true }
    },

    async admins(tenant: Tenant) {
      const { people } = await workspaces.of(tenant)
      return people.admins()
    },
  }
}
