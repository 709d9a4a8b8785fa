/** The API's errors: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */

const known: Readonly<Record<number, readonly [status: number, message: string]>> = {
  0: [404, '404: Not Found'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10007: [404, 'Unknown Member'],
  10008: [404, 'Unknown Message'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  10063: [404, 'Unknown application command'],
  30015: [400, 'Maximum number of attachments in a message reached (10)'],
  30034: [400, 'Max number of daily application command creates has been reached (200)'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50003: [400, 'Cannot execute action on a DM channel'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50008: [400, 'Cannot send messages in a non-text channel'],
  50013: [403, 'Missing Permissions'],
  50024: [400, 'Cannot execute action on this channel type'],
  50021: [403, 'Cannot execute action on a system message'],
  50027: [401, 'Invalid Webhook Token'],
  50033: [400, 'Invalid Recipient(s)'],
  50035: [400, 'Invalid Form Body'],
  50083: [400, 'Thread is archived'],
  50109: [400, 'The request body contains invalid JSON.'],
  50278: [403, 'Cannot send messages to this user due to having no mutual guilds'],
  160002: [400, 'Cannot reply without permission to read message history'],
  160004: [400, 'A thread has already been created for this message'],
  160005: [400, 'Thread is locked'],
}

/** What a well-behaved bot never brings about, whatever the world is like. */
const breaches = new Set([30015, 40060, 50006, 50035, 50109])

export interface FieldError {
  readonly code: string
  readonly message: string
}

export class DiscordError extends Error {
  readonly code: number
  readonly status: number
  /** Errors of the body's fields, nested as the API nests them. */
  readonly errors: unknown
  readonly breach: boolean

  constructor(code: number, options: { errors?: unknown; status?: number; message?: string; breach?: boolean } = {}) {
    const [status, message] = known[code] ?? [500, '500: Internal Server Error']
    super(options.message ?? message)
    this.code = code
    this.status = options.status ?? status
    this.errors = options.errors
    this.breach = options.breach ?? breaches.has(code)
  }

  get body(): object {
    return { message: this.message, code: this.code, ...(this.errors !== undefined && { errors: this.errors }) }
  }
}

/** A 50035 about fields of the body: their paths, such as `components.0.label`, with what is wrong. */
export function invalid(fields: Readonly<Record<string, FieldError>>): DiscordError {
  const errors: Record<string, unknown> = {}
  for (const [path, error] of Object.entries(fields)) {
    let node = errors
    for (const key of path.split('.').filter(Boolean)) {
      node[key] ??= {}
      node = node[key] as Record<string, unknown>
    }
    node._errors = [...((node._errors as FieldError[]) ?? []), error]
  }
  return new DiscordError(50035, { errors })
}

export const tooLong = (limit: number): FieldError => ({
  code: 'BASE_TYPE_MAX_LENGTH',
  message: `Must be ${limit} or fewer in length.`,
})
