/** One server for everything that an app can ask of Slack: the Web API, uploads, files, response URLs and sockets. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { receiveUpload } from '../web-api/files.ts'
import { suffered, WebApi } from '../web-api/server.ts'
import type { World } from '../world/world.ts'
import { serveFile } from './file-server.ts'
import { respond } from './response-url.ts'

/** Resolves to what closes it. */
export async function listen(world: World): Promise<() => Promise<void>> {
  const api = new WebApi(world)
  const server = createServer((request, response) => {
    route(world, api, request, response).catch(error => {
      world.violate('fake_failed', request.url ?? '', String(error instanceof Error ? error.stack : error))
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  server.on('upgrade', (request, socket, head) => world.desk.sockets.upgrade(request, socket, head))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    world.pending.close()
    world.desk.sockets.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

async function route(world: World, api: WebApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url!, world.url)
  const body = await bodyOf(request)
  const method = /^\/api\/([\w.]+)$/.exec(pathname)?.[1]
  if (method) return api.handle(method, request, body, response)
  const kind = /^\/(upload|files-pri|response)\//.exec(pathname)?.[1]
  const fault =
    kind && world.faults.take({ upload: 'upload', 'files-pri': 'download', response: 'response_url' }[kind]!)
  if (await suffered(fault || undefined, response)) return
  if (fault && 'delay' in fault) await wait(fault.delay)
  if (kind === 'files-pri') return serveFile(world, request, response)
  const answer = answerOf(world, kind, pathname, body, request.headers['content-type'] ?? '')
  if (fault && 'drop' in fault) response.destroy()
  else response.writeHead(answer.status, { 'Content-Type': 'text/plain' }).end(answer.text)
}

function answerOf(world: World, kind: string | undefined, path: string, body: Buffer, type: string) {
  if (kind === 'upload') return receiveUpload(world, path, body, type)
  return kind === 'response' ? respond(world, path, body) : { status: 404, text: 'not found' }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
