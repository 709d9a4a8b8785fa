/** Requests to the server. An act keeps its name over repeats, so that the server does it once. */
import type {
  Album,
  ApiError,
  Outcome,
  PostCommand,
  PostForm,
  PostMessage,
  PostPress,
  WireMessage,
} from '../../wire.ts'
import { t } from '../texts/index.ts'

/** The server refused, and says why. */
export class Refused extends Error {
  readonly code: string
  readonly fields: ApiError['fields']

  constructor({ code, message, fields }: ApiError) {
    super(message)
    this.code = code
    this.fields = fields
  }
}

/** Nobody answered. */
export class Offline extends Error {
  constructor() {
    super(t.offline)
  }
}

async function request<T>(method: string, path: string, body?: BodyInit, type?: string): Promise<T> {
  const headers: Record<string, string> = type ? { 'Content-Type': type } : {}
  const response = await fetch(path, { method, body, headers }).catch(() => {
    throw new Offline()
  })
  if (response.status === 204) return undefined as T
  const answer = await response.json().catch(() => {
    throw new Offline()
  })
  if (!response.ok) throw new Refused(answer as ApiError)
  return answer as T
}

const post = <T>(path: string, body: unknown) => request<T>('POST', path, JSON.stringify(body), 'application/json')
const query = (values: Record<string, string>) => new URLSearchParams(values).toString()

export const newNonce = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), each => each.toString(36)).join('')

export const api = {
  message: (body: PostMessage) => post<WireMessage>('/api/messages', body),
  command: (body: PostCommand) => post<Outcome>('/api/commands', body),
  press: (body: PostPress) => post<Outcome>('/api/presses', body),
  form: (body: PostForm) => post<Outcome>('/api/forms', body),
  upload: (file: File) =>
    request<{ id: string }>('POST', `/api/pictures?${query({ name: file.name })}`, file, 'application/octet-stream'),
  complete: (body: { as: string; channel: string; command: string; option: string; typed: string }) =>
    post<{ value: string; label: string }[]>('/api/complete', body),
  seen: (as: string, channel: string, message: string) => post<void>('/api/seen', { as, channel, message }),
  addPerson: (name: string) => post<{ id: string; name: string }>('/api/people', { name }),
  removePerson: (id: string) => request<void>('DELETE', `/api/people/${id}`),
  removeMessage: (as: string, id: string) => request<void>('DELETE', `/api/messages/${id}?${query({ as })}`),
  earlier: (as: string, channel: string, before: string) =>
    request<{ messages: WireMessage[]; more: boolean }>('GET', `/api/messages?${query({ as, channel, before })}`),
  album: () => request<Album>('GET', '/api/album'),
  status: <Status>(as: string) => request<Status>('GET', `/api/status?${query({ as })}`),
}
