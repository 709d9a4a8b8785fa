import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../answering/context.ts'
import type { LessonNotice, TeacherSettings } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { lookAndImagine } from './imagined-gallery.ts'
import { lessonBudgets } from './recipe.ts'
import { askTeacher } from './teacher.ts'

interface Asked {
  readonly path: string
  readonly key?: string
  readonly body: {
    readonly model: string
    readonly messages: readonly [unknown, { content: [{ image_url: { url: string } }, { text: string }] }]
  }
}

/** A service that gives its answers one after another, the last one again and again. */
let asked: Asked[]
let answers: ((response: ServerResponse) => void)[]
let server: Server
let settings: TeacherSettings
beforeEach(async () => {
  asked = []
  answers = []
  server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    asked.push({ path: request.url ?? '', key: request.headers.authorization, body })
    ;(answers.length > 1 ? answers.shift() : answers[0])?.(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  settings = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`, model: 'large', key: 'secret' }
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const say = (content: unknown) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ choices: [{ message: { content } }] }))
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end('{"error":{"message":"secret"}}')

const photo: RgbImage = { width: 1024, height: 512, data: new Uint8Array(1024 * 512 * 3).fill(90) }
const patience = { delay: 0.01 }

describe('a teacher', () => {
  it('is sent a small photo without metadata and the questions, and nothing else', async () => {
    answers = [say('Here: ["A cat.", "", 3]')]
    expect(await askTeacher(settings, photo, ['what?', 'who?', 'where?'])).toEqual(['A cat.', '', ''])
    const [{ path, key, body }] = asked as [Asked]
    expect([path, key, body.model]).toEqual(['/v1/chat/completions', 'Bearer secret', 'large'])
    expect(Object.keys(body)).toEqual(['model', 'messages'])
    const [{ image_url }, { text }] = body.messages[1].content
    expect(text).toBe('1. what?\n2. who?\n3. where?')
    const [head, jpeg] = image_url.url.split(',') as [string, string]
    expect(head).toBe('data:image/jpeg;base64')
    const { width, height, exif, format } = await sharp(Buffer.from(jpeg, 'base64')).metadata()
    expect({ width, height, exif, format }).toEqual({ width: 768, height: 384, exif: undefined, format: 'jpeg' })
  })

  it('is asked again while it is busy, as soon as it says', async () => {
    answers = [status(503), status(429, { 'retry-after': '0' }), say('["A cat."]')]
    expect(await askTeacher(settings, photo, ['what?'], patience)).toEqual(['A cat.'])
    expect(asked).toHaveLength(3)
  })

  it.each([
    ['busy', status(500), 3],
    ['busy', status(429, { 'retry-after': '3600' }), 1],
    ['refused', status(401), 1],
    ['unreachable', status(307, { location: 'http://127.0.0.1:9/elsewhere' }), 3],
    ['unreachable', (response: ServerResponse) => void response.destroy(), 3],
    ['unreachable', () => {}, 3],
    ['wrong', say('no array'), 1],
    ['wrong', say('["one", "too many"]'), 1],
    ['wrong', (response: ServerResponse) => void response.end('<html>'), 1],
  ])('fails as %s in one sentence without the key', async (reason, answer, requests) => {
    answers = [answer]
    const failure = askTeacher(settings, photo, ['what?'], { ...patience, seconds: 0.5 })
    await expect(failure).rejects.toMatchObject({ code: 'TEACHER_FAILED', cause: { type: 'teacher', reason } })
    await expect(failure).rejects.toThrow(/^Expected TEACHER_URL to answer (?!.*secret)/)
    expect(asked).toHaveLength(requests)
  })

  it('is given up when the lesson is cancelled', async () => {
    const controller = new AbortController()
    answers = [() => controller.abort()]
    const cut = askTeacher(settings, photo, ['what?'], { signal: controller.signal })
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('looking at photos with a teacher', () => {
  const golden = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))
  const photos = [40, 120, 200].map((grey): RgbImage => ({ ...photo, data: new Uint8Array(photo.data).fill(grey) }))
  let context: ModelContext
  beforeAll(async () => {
    context = await openContext(golden, { device: 'cpu', threads: 1 })
  })
  afterAll(() => context.model.close())

  async function look() {
    const notices: LessonNotice[] = []
    const work = {
      sources: { teacher: settings },
      budget: lessonBudgets.quick,
      notice: (notice: LessonNotice) => notices.push(notice),
    }
    const found = await lookAndImagine(context, { name: 'Mắm', kind: 'pet', photos }, createRandom(1), work)
    return { ...found, notices }
  }

  it('learns what the teacher says of the subject, and nothing that it says of the image', async () => {
    answers = [say('["The cat is a small tabby.", "The photo shows it.", "It is grey.", "on a sofa"]')]
    const { description, notices, photos: seen } = await look()
    expect(asked).toHaveLength(3)
    expect(JSON.stringify(asked)).not.toContain('Mắm')
    expect(notices).toEqual([])
    expect(description).toBe('a small tabby')
    const random = createRandom(2)
    const pairs = Array.from({ length: 60 }, () => seen[0]![0]!.ask(random))
    const said = new Set(pairs.map(({ answer }) => answer))
    expect([...said].sort()).toEqual(['a small tabby.', '{name} is a small tabby.', '{name} is grey.'])
    expect(seen[1]![0]!.request(random)).toContain('on a sofa')
  })

  it('asks the model itself when the teacher fails, and says so once', async () => {
    answers = [say('["The cat is a small tabby.", "", "It is grey.", ""]'), status(401)]
    const { description, notices } = await look()
    expect(asked).toHaveLength(2)
    expect(notices).toEqual([{ type: 'teacher', reason: 'refused', message: expect.stringContaining('401') }])
    expect(description).toBe('a small tabby')
  })
})
