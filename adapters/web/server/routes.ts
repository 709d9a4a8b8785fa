/**
 * The page's HTTP interface: checks what comes in and hands it on. Bodies are JSON; pictures are uploaded one by one, as
 * they are, before the message or form that they belong to.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { FamiliarError } from '../../../engine/errors.ts'
import { sniffFormat } from '../../../engine/photo-format.ts'
import { LOCALES, type Locale } from '../../../src/texts/texts.ts'
import type { CommandInfo } from '../../command-info.ts'
import type { Status } from '../status.ts'
import type { ApiError } from '../wire.ts'
import type { Acts } from './acts.ts'
import type { SampleAlbum } from './album.ts'
import type { Bundle } from './bundle.ts'
import type { Chat } from './chat.ts'
import { FormError } from './forms.ts'
import { guard } from './guard.ts'
import { directChannel, groupChannel } from './people.ts'
import { maximumPictureBytes } from './store.ts'
import { botId, isVisible, pageOf, toWire } from './view.ts'

export interface RoutesOptions {
  readonly host: string
  readonly chat: Chat
  readonly acts: Acts
  readonly bundle: Bundle
  readonly album: SampleAlbum
  readonly botName: string
  readonly commands: (locale: Locale) => readonly CommandInfo[]
  readonly complete: (
    as: string,
    channel: string,
    command: string,
    option: string,
    typed: string,
  ) => Promise<readonly { value: string; label: string }[]>
  readonly status?: () => Promise<Status>
  readonly sample?: (concept: string) => Promise<Uint8Array | undefined>
  readonly links?: Readonly<Record<string, string>>
  readonly onError: (error: unknown) => void
}

const maximumBody = 256 * 1024
const maximumText = 4000
const forever = 'private, max-age=31536000, immutable'

const id = z.string().min(1).max(64)
const act = { as: id, nonce: id }
const value = z.union([z.string().max(maximumText), z.boolean(), z.array(id).max(10)])
const values = z.record(z.string().max(64), value)
const bodies = {
  message: z.object({
    ...act,
    channel: id,
    text: z.string().max(maximumText),
    pictures: z.array(id).max(10),
    replyTo: id.optional(),
  }),
  command: z.object({ ...act, channel: id, name: id, options: values }),
  press: z.object({ ...act, message: id, action: z.string().max(100) }),
  form: z.object({ ...act, token: id, fields: values }),
  complete: z.object({ as: id, channel: id, command: id, option: id, typed: z.string().max(100) }),
  seen: z.object({ as: id, channel: id, message: id }),
  person: z.object({ name: z.string().max(200), bot: z.boolean().optional() }),
}

const statusOf: Record<string, number> = {
  BAD_REQUEST: 400,
  FORBIDDEN: 403,
  NO_SUCH_PERSON: 404,
  FETCH_FAILED: 404,
  MESSAGE_GONE: 410,
  BUTTON_GONE: 410,
  PLACE_GONE: 410,
  FORM_GONE: 410,
  UPLOAD_GONE: 410,
  TOO_LARGE: 413,
  BAD_FORM: 422,
  BAD_NAME: 422,
  CANNOT_WRITE: 507,
}

export function createRoutes(options: RoutesOptions): Hono {
  const { chat, acts, bundle, album, onError } = options
  const app = new Hono()
  app.use(guard(options.host))
  app.onError((error, context) => answerError(error, context, onError))
  app.notFound(context => context.json({ code: 'NOT_FOUND', message: 'There is nothing here' } satisfies ApiError, 404))

  app.get('/', context => context.html(bundle.html, 200, { 'Cache-Control': 'no-cache' }))
  app.get('/favicon.svg', context => file(context, '/favicon.svg', 'max-age=86400'))
  app.get('/assets/:file', context => file(context, context.req.path, forever))
  for (const [path, address] of Object.entries(options.links ?? {})) app.get(path, context => context.redirect(address))
  app.get('/pictures/:id/:name', async context => {
    const bytes = await chat.pictures.read(context.req.param('id'))
    // A browser keeps nothing of what is deleted here.
    return picture(context, bytes, 'no-store')
  })
  app.get('/album/:file', async context => {
    const bytes = await album.picture(context.req.param('file'))
    return bytes ? picture(context, bytes, forever) : context.notFound()
  })

  app.get('/api/events', context => {
    const viewer = speaker(context, context.req.query('as') ?? '')
    const last = context.req.header('last-event-id') ?? context.req.query('last')
    const hello = {
      build: bundle.id,
      botName: options.botName,
      commands: options.commands(localeOf(context)),
      status: options.status !== undefined,
    }
    const stream = chat.hub.open(viewer.id, chat.greeting(viewer, hello, last))
    const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' }
    return context.body(stream, 200, headers)
  })
  app.get('/api/messages', context => {
    const viewer = speaker(context, context.req.query('as') ?? '')
    const channel = context.req.query('channel') ?? groupChannel
    const before = Number(context.req.query('before') ?? Number.NaN)
    const page = pageOf(chat.history, viewer.id, channel, Number.isNaN(before) ? undefined : before)
    const messages = page.messages.map(each => toWire(each, viewer.id, chat.history))
    return context.json({ messages, more: page.more })
  })
  app.get('/api/album', context => context.json(album.album))
  app.get('/api/status', async context => {
    if (!speaker(context, context.req.query('as') ?? '').admin)
      throw new FamiliarError('FORBIDDEN', 'Expected somebody who runs this chat')
    return options.status ? context.json(await options.status()) : context.notFound()
  })
  app.get('/samples/:concept', async context => {
    const bytes = await options.sample?.(context.req.param('concept'))
    return bytes ? picture(context, bytes, 'no-store') : context.notFound()
  })

  app.post('/api/pictures', async context => {
    const name = (context.req.query('name') ?? '').replace(/[\p{Cc}/\\]/gu, '').slice(0, 120) || 'picture'
    if (Number(context.req.header('content-length') ?? 0) > maximumPictureBytes) throw tooLarge()
    return context.json({ id: await chat.upload(name, context.req.raw.body) }, 201)
  })
  app.use('/api/*', bodyLimit({ maxSize: maximumBody, onError: context => answerError(tooLarge(), context, onError) }))
  app.post('/api/messages', async context => {
    const body = await read(context, bodies.message)
    if (body.text.trim() === '' && body.pictures.length === 0) throw bad('a text or a picture', 'neither')
    speaker(context, body.as)
    return context.json(await acts.post(body), 201)
  })
  app.post('/api/commands', async context => {
    const body = await read(context, bodies.command)
    speaker(context, body.as)
    return context.json(await acts.command(body))
  })
  app.post('/api/presses', async context => {
    const body = await read(context, bodies.press)
    speaker(context, body.as)
    return context.json(await acts.press(body))
  })
  app.post('/api/forms', async context => {
    const body = await read(context, bodies.form)
    speaker(context, body.as)
    return context.json(await acts.submit(body))
  })
  app.post('/api/complete', async context => {
    const { as, channel, command, option, typed } = await read(context, bodies.complete)
    speaker(context, as)
    return context.json(await options.complete(as, channel, command, option, typed))
  })
  app.post('/api/seen', async context => {
    const { as, channel, message } = await read(context, bodies.seen)
    if (![groupChannel, directChannel(as)].includes(channel)) throw bad('a channel of this person', channel)
    if (await chat.people.see(as, channel, Number(message))) chat.tellPeople()
    return context.body(null, 204)
  })
  app.post('/api/people', async context => {
    const { name, bot } = await read(context, bodies.person)
    const { id, name: called } = await chat.people.add(name, { bot })
    chat.tellPeople()
    return context.json({ id, name: called }, 201)
  })
  app.patch('/api/people/:id', async context => {
    const { name } = await read(context, bodies.person)
    await chat.people.rename(context.req.param('id'), name)
    chat.tellPeople()
    return context.body(null, 204)
  })
  app.delete('/api/people/:id', async context => {
    await chat.dismiss(context.req.param('id'))
    return context.body(null, 204)
  })
  app.delete('/api/messages/:id', async context => {
    const viewer = speaker(context, context.req.query('as') ?? '')
    const message = chat.history.get(Number(context.req.param('id')))
    if (!message || !isVisible(message, viewer.id)) return context.body(null, 204)
    const own = message.from === viewer.id || message.visibleTo === viewer.id
    if (!own && !(viewer.admin && message.from === botId))
      throw new FamiliarError('FORBIDDEN', 'Expected one of your own messages, or one of the bot’s')
    await chat.remove(message.seq)
    return context.body(null, 204)
  })

  function file(context: Context, path: string, cache: string): Response | Promise<Response> {
    const found = bundle.files.get(path)
    if (!found) return context.notFound()
    return context.body(found.contents as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': found.type,
      'Cache-Control': cache,
    })
  }

  /** Whoever the request speaks as, whose language is their browser's. */
  function speaker(context: Context, as: string) {
    const member = chat.people.get(as)
    chat.people.speaks(as, localeOf(context))
    return member
  }

  return app
}

async function read<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  if (!context.req.header('content-type')?.startsWith('application/json')) throw bad('JSON', 'something else')
  const parsed = schema.safeParse(await context.req.json().catch(() => undefined))
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new FamiliarError('BAD_REQUEST', `${path.join('.') || 'The body'}: ${message}`)
}

function answerError(error: Error, context: Context, onError: (error: unknown) => void): Response {
  if (error instanceof FamiliarError) {
    const { code, message } = error
    // The rest of the body is not read, so that nothing else can come over this connection.
    if (code === 'TOO_LARGE') context.header('Connection', 'close')
    const fields = error instanceof FormError ? error.fields : undefined
    return context.json({ code, message, fields } satisfies ApiError, (statusOf[code] ?? 400) as 400)
  }
  onError(error)
  return context.json({ code: 'BUG', message: 'Something went wrong here; the log says what' } satisfies ApiError, 500)
}

/** Only what is a picture is shown as one: anything else could be a page with a script of its own. */
function picture(context: Context, bytes: Uint8Array, cache: string): Response {
  const sniffed = sniffFormat(bytes)
  const type = 'format' in sniffed ? `image/${sniffed.format.toLowerCase()}` : 'application/octet-stream'
  return context.body(bytes as Uint8Array<ArrayBuffer>, 200, {
    'Content-Type': type,
    'Cache-Control': cache,
    ...('other' in sniffed && { 'Content-Disposition': 'attachment' }),
  })
}

/** The first language of the browser that the bot speaks. */
function localeOf(context: Context): Locale {
  const asked = (context.req.header('accept-language') ?? '')
    .split(',')
    .map(each => each.trim().slice(0, 2).toLowerCase())
  return asked.map(each => LOCALES.find(locale => locale === each)).find(Boolean) ?? 'en'
}

function bad(expected: string, received: string): FamiliarError {
  return new FamiliarError('BAD_REQUEST', `Expected ${expected} but received ${received}`)
}

function tooLarge(): FamiliarError {
  return new FamiliarError('TOO_LARGE', `Expected at most ${maximumPictureBytes / 2 ** 20} MB but received more`)
}
