/** From a method and a path to a route's template and what carries it out. */
import type { Handler } from './api.ts'
import { applicationRoutes } from './routes/applications.ts'
import { channelRoutes } from './routes/channels.ts'
import { commandRoutes } from './routes/commands.ts'
import { guildRoutes } from './routes/guilds.ts'
import { interactionRoutes } from './routes/interactions.ts'
import { messageRoutes } from './routes/messages.ts'
import { userRoutes } from './routes/users.ts'

interface Route {
  readonly method: string
  readonly template: string
  readonly pattern: RegExp
  readonly handler: Handler
}

const all: Readonly<Record<string, Handler>> = {
  ...applicationRoutes,
  ...channelRoutes,
  ...commandRoutes,
  ...guildRoutes,
  ...interactionRoutes,
  ...messageRoutes,
  ...userRoutes,
}

const names = (template: string) => [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)

const table: readonly Route[] = Object.entries(all)
  .map(([key, handler]) => {
    const [method, template] = key.split(' ') as [string, string]
    return { method, template, pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`), handler }
  })
  // What is named goes before what can be anything: `/users/@me` before `/users/{user_id}`.
  .sort((a, b) => names(a.template).length - names(b.template).length)

export interface Found {
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  readonly handler?: Handler
}

/** An unknown path is its own route. */
export function findRoute(method: string, encoded: string): Found {
  // discord.js writes `@original` so.
  const path = encoded.replaceAll('%40', '@')
  for (const { method: wanted, template, pattern, handler } of table) {
    const match = wanted === method && path.match(pattern)
    if (!match) continue
    const values = match.slice(1).map(decodeURIComponent)
    return {
      route: template,
      params: Object.fromEntries(names(template).map((name, i) => [name, values[i]!])),
      handler,
    }
  }
  return { route: path, params: {} }
}
