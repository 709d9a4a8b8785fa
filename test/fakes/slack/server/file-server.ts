/** Bytes of files: for the token that may read them, and a login page for everybody else. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { botMayRead, loginPage } from '../world/files.ts'
import type { FileState, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'

export function serveFile(world: World, request: IncomingMessage, response: ServerResponse): void {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const team = token === undefined ? undefined : world.teamOfToken(token)
  const file = team && readable(team, request.url!)
  // That a scope or a membership is gone is learned from this page. To ask without a token is a mistake.
  if (!team) world.violate('login_page', 'download', `${request.url} was asked for without a token`)
  if (!file) response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(loginPage)
  else if (file.deleted) response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not Found</h1>')
  else response.writeHead(200, { 'Content-Type': file.mimetype, 'Content-Length': file.bytes.length }).end(file.bytes)
}

function readable(team: TeamState, url: string): FileState | undefined {
  const [, teamId, fileId] = /^\/files-pri\/(T\w+)-(F\w+)\//.exec(url) ?? []
  const file = team.files.get(fileId ?? '')
  const may = team.id === teamId && team.bot.state === 'installed' && team.bot.scopes.has('files:read')
  return may && file && botMayRead(team, file) ? file : undefined
}
