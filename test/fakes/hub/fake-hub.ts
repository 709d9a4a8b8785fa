/**
 * A Hugging Face hub for tests: the pages of the API that a download asks, files behind redirects to another host with
 * addresses that expire, pages of a long list, gated repositories, and every way in which a download can go wrong. What it
 * answers is checked by hand against the client of Hugging Face itself: `snapshot_download` downloads from it.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRepository {
  readonly files: Readonly<Record<string, Uint8Array>>
  /** Default: made of the files. */
  readonly commit?: string
  /** Branches and tags besides `main`. */
  readonly refs?: readonly string[]
  /** Only for who brings this token. */
  readonly token?: string
  readonly card?: Readonly<Record<string, unknown>>
}

/** What goes wrong with one answer. */
export interface Fault {
  /** The connection breaks after so many bytes. */
  readonly breakAfter?: number
  /** Nothing comes after so many bytes, and the connection stays open. */
  readonly silentAfter?: number
  /** The hub answers with this status. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The byte at this place of the file is another one. */
  readonly corrupt?: number
  /** So many bytes are announced beyond what there is, or too few when it is negative. */
  readonly contentLength?: number
  /** So many bytes come behind the file's last. */
  readonly surplus?: number
  /** Another part comes than was asked for, and says so. */
  readonly wrongRange?: boolean
  /** The whole comes where a part was asked for. */
  readonly ignoreRange?: boolean
  /** The address that the hub gives has expired when it is used. */
  readonly expired?: boolean
}

export interface HubRequest {
  readonly host: 'hub' | 'storage'
  readonly method: string
  readonly path: string
  readonly range?: string
  readonly authorization?: string
  /** Milliseconds since 1970. */
  readonly at: number
}

interface StoredFile {
  readonly bytes: Uint8Array
  readonly gitId: string
  readonly sha256: string
  /** Kept in the storage, behind a redirect. */
  readonly large: boolean
}

interface Stored {
  readonly commit: string
  readonly refs: ReadonlySet<string>
  readonly files: ReadonlyMap<string, StoredFile>
  readonly repository: FakeRepository
}

/** Entries of the list of files on one page, so that there are several. */
const pageLength = 4
/** From this many bytes on, as Git LFS would keep it. */
const largeFrom = 10_000

export class FakeHub {
  /** For HF_ENDPOINT. */
  url = ''
  readonly requests: HubRequest[] = []
  readonly #repositories = new Map<string, Stored>()
  readonly #faults: { path: string; fault: Fault; after: number }[] = []
  /** Signature → whose file it opens; each is good once. */
  readonly #signatures = new Map<string, { path: string; file: StoredFile }>()
  /** By path: another size in the list of files than the file has. */
  readonly listedSizes = new Map<string, number>()
  /** Bytes a second, for each answer with a file. */
  bytesPerSecond = Number.POSITIVE_INFINITY
  /** Answers with a file of the storage that were under way together. */
  mostAtOnce = 0
  #atOnce = 0
  #hub!: Server
  #storage!: Server

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub()
    hub.#hub = await listen((request, response) => hub.#answer('hub', request, response))
    hub.url = `http://127.0.0.1:${(hub.#hub.address() as AddressInfo).port}`
    // By another host name: what is sent to the one is not to be sent to the other.
    hub.#storage = await listen((request, response) => hub.#answer('storage', request, response))
    return hub
  }

  async close(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }

  /** @returns the commit */
  add(id: string, repository: FakeRepository): string {
    const files = new Map(Object.entries(repository.files).map(([path, bytes]) => [path, store(bytes)]))
    const ids = [...files].map(([path, { gitId }]) => `${path} ${gitId}`)
    const commit = repository.commit ?? createHash('sha1').update(ids.join('\n')).digest('hex')
    this.#repositories.set(id, {
      commit,
      files,
      repository,
      refs: new Set(['main', ...(repository.refs ?? []), commit]),
    })
    return commit
  }

  /**
   * Faults for the next answers with a file (or with `revision` or `tree`), one each.
   * @param after so many of its answers go well first
   */
  fail(path: string, fault: Fault, after = 0): void {
    this.#faults.push({ path, fault, after })
  }

  /** Requests for a file, at the hub or its storage. */
  asked(path: string, host: HubRequest['host'] = 'storage'): HubRequest[] {
    return this.requests.filter(request => request.host === host && request.path.endsWith(`/${path}`))
  }

  get faultsLeft(): number {
    return this.#faults.length
  }

  async #answer(host: HubRequest['host'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url)
    const path = decodeURIComponent(pathname)
    const { range, authorization } = request.headers
    this.requests.push({ host, method: request.method ?? '', path, range, authorization, at: Date.now() })
    if (host === 'storage') return this.#answerFromStorage(path, searchParams, request, response)
    const [, api, id, kind, revision, rest] =
      /^\/(api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? []
    const stored = this.#repositories.get(id ?? '')
    const name = rest ?? `${kind}`
    const fault = this.#take(name, ({ status }) => status !== undefined)
    if (fault?.status) return refuse(response, fault.status, 'Fault', fault.headers)
    const token = stored?.repository.token
    // Who may not look is told no more of a private repository than of one that is not there.
    if (!stored || (token && !authorization)) return refuse(response, 401, stored ? 'GatedRepo' : 'RepoNotFound')
    if (token && authorization !== `Bearer ${token}`) return refuse(response, 403, 'GatedRepo')
    if (!stored.refs.has(revision ?? '')) return refuse(response, 404, 'RevisionNotFound')
    if (api && kind === 'revision') return sendJson(response, describe(id as string, stored))
    if (api && kind === 'tree') return this.#sendTree(stored, path, searchParams, response)
    const file = stored.files.get(name)
    if (!file || kind !== 'resolve') return refuse(response, 404, 'EntryNotFound')
    response.setHeader('x-repo-commit', stored.commit)
    if (!file.large) {
      response.setHeader('etag', `"${file.gitId}"`)
      return this.#sendFile(name, file, request, response)
    }
    const signature = createHash('sha1').update(`${Math.random()}`).digest('hex')
    this.#signatures.set(signature, { path: name, file })
    const { port } = this.#storage.address() as AddressInfo
    response.writeHead(302, {
      location: `http://localhost:${port}/${file.sha256}/${name}?signature=${signature}`,
      'x-linked-etag': `"${file.sha256}"`,
      'x-linked-size': file.bytes.length,
      etag: `"${file.gitId}"`,
    })
    response.end()
  }

  #answerFromStorage(path: string, search: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const signature = search.get('signature') ?? ''
    const signed = this.#signatures.get(signature)
    this.#signatures.delete(signature)
    const name = path.split('/').at(-1) as string
    // A storage is not to see the hub's token, and refuses one that it does not know.
    if (request.headers.authorization) return refuse(response, 400, 'InvalidToken')
    if (!signed || this.#take(name, ({ expired }) => expired)) return refuse(response, 403, 'AccessDenied')
    response.setHeader('etag', `"${signed.file.sha256}"`)
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce)
    return this.#sendFile(signed.path, signed.file, request, response).finally(() => this.#atOnce--)
  }

  async #sendFile(
    path: string,
    { bytes }: StoredFile,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const fault = this.#take(path, ({ status, expired }) => !status && !expired) ?? {}
    let content = bytes
    if (fault.corrupt !== undefined) {
      content = Uint8Array.from(bytes)
      content[fault.corrupt]! ^= 1
    }
    if (fault.surplus) content = Buffer.concat([bytes, Buffer.alloc(fault.surplus)])
    const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const start = asked && !fault.ignoreRange ? Number(asked[1]) + (fault.wrongRange ? 1 : 0) : 0
    if (start >= content.length && content.length > 0)
      return refuse(response, 416, 'InvalidRange', { 'content-range': `bytes */${content.length}` })
    const part = content.subarray(start, asked?.[2] ? Number(asked[2]) + 1 : undefined)
    const status = asked && !fault.ignoreRange ? 206 : 200
    if (status === 206)
      response.setHeader('content-range', `bytes ${start}-${start + part.length - 1}/${content.length}`)
    const length = part.length + (fault.contentLength ?? 0)
    response.writeHead(status, {
      'content-type': 'application/octet-stream',
      'content-length': length,
      'accept-ranges': 'bytes',
    })
    if (request.method === 'HEAD') return void response.end()
    const end = fault.breakAfter ?? fault.silentAfter ?? part.length
    await this.#send(response, part.subarray(0, Math.min(end, length)))
    if (fault.silentAfter !== undefined) return
    if (fault.breakAfter !== undefined || length > part.length) response.destroy()
    else response.end()
  }

  async #send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
    const step = Math.max(1, Math.min(bytes.length, Math.ceil(this.bytesPerSecond / 50)))
    for (let sent = 0; sent < bytes.length && !response.destroyed; sent += step) {
      await new Promise<void>(resolve => response.write(bytes.subarray(sent, sent + step), () => resolve()))
      if (Number.isFinite(this.bytesPerSecond)) await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  #sendTree({ files }: Stored, path: string, search: URLSearchParams, response: ServerResponse): void {
    const from = Number(search.get('cursor') ?? 0)
    const folders = [...new Set([...files.keys()].filter(name => name.includes('/')).map(name => name.split('/')[0]))]
    const entries = [
      ...folders.map(name => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path: name })),
      ...[...files].map(([name, { bytes, gitId, sha256, large }]) => {
        const size = this.listedSizes.get(name) ?? bytes.length
        const lfs = large && { lfs: { oid: sha256, size, pointerSize: 134 } }
        return { type: 'file', oid: gitId, size, path: name, ...lfs }
      }),
    ]
    const to = from + pageLength
    if (to < entries.length) response.setHeader('link', `<${this.url}${path}?recursive=true&cursor=${to}>; rel="next"`)
    sendJson(response, entries.slice(from, to))
  }

  #take(path: string, fits: (fault: Fault) => boolean | undefined): Fault | undefined {
    for (const [index, entry] of this.#faults.entries()) {
      if (entry.path !== path || !fits(entry.fault)) continue
      if (entry.after-- > 0) continue
      this.#faults.splice(index, 1)
      return entry.fault
    }
    return undefined
  }
}

function store(bytes: Uint8Array): StoredFile {
  const large = bytes.length >= largeFrom
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`
  return { bytes, large, sha256, gitId: gitId(large ? Buffer.from(pointer) : bytes) }
}

const gitId = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

function describe(id: string, { commit, files, repository }: Stored) {
  return {
    id,
    modelId: id,
    sha: commit,
    private: false,
    gated: repository.token ? 'auto' : false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    cardData: repository.card ?? { license: 'mit' },
    siblings: [...files.keys()].map(rfilename => ({ rfilename })),
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(body))
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
) {
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': code, ...headers })
  response.end(JSON.stringify({ error: code }))
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  return new Promise(resolve => {
    const server = createServer(answer)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
