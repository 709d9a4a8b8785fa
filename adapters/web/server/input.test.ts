/** What is refused: strangers, and bad input. */
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../../test/fakes/memory-store.ts'
import { samplePicture } from '../../suite/helpers.ts'
import { createWebAdapter } from '../adapter.ts'
import { group, ServerStage } from '../testing/server-stage.ts'

const stage = ServerStage.forEach()

describe('strangers', () => {
  const raw = (headers: Record<string, string>, path = '/', method = 'GET', body = '') =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const { port } = new URL(stage.adapter.url)
      const sent = request({ host: '127.0.0.1', port, path, method, headers }, response => {
        let text = ''
        response.on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const post = JSON.stringify({ as: 'you', nonce: 'n', channel: 'group', text: 'x', pictures: [] })

  it('that have a name of their own for this machine are refused', async () => {
    expect((await raw({ Host: 'evil.example' })).status).toBe(403)
    expect((await raw({ Host: 'evil.example:80' }, '/api/events?as=you')).status).toBe(403)
    expect((await raw({ Host: '127.0.0.1.evil.example' })).status).toBe(403)
    expect((await raw({ Host: '192.168.0.7' })).status).toBe(403)
    expect((await raw({ Host: 'localhost:1' })).status).toBe(200)
  })

  it('that post from another page are refused', async () => {
    const host = new URL(stage.adapter.url).host
    const send = (origin: Record<string, string>, type = 'application/json') =>
      raw({ Host: host, 'Content-Type': type, ...origin }, '/api/messages', 'POST', post)
    expect((await send({ Origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({ Origin: 'null' })).status).toBe(403)
    expect((await send({})).status).toBe(403)
    expect((await send({ Origin: stage.adapter.url, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await send({ Origin: stage.adapter.url }, 'text/plain')).status).toBe(400)
    expect((await send({ Origin: stage.adapter.url })).status).toBe(201)
    expect((await raw({ Host: host, 'Sec-Fetch-Site': 'cross-site' }, '/api/album')).status).toBe(403)
    expect(stage.bot.messages).toHaveLength(1)
  })

  it('find a policy on every answer that lets nothing in from outside', async () => {
    for (const path of ['/', '/favicon.svg', '/nothing', '/api/album', '/api/messages?as=nobody']) {
      const { headers } = await raw({ Host: 'localhost' }, path)
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
    const { text } = await raw({ Host: 'localhost' })
    const script = /src="(\/assets\/[^"]+)"/.exec(text)![1]!
    expect(text).not.toMatch(/https?:/)
    expect((await raw({ Host: 'localhost' }, script)).status).toBe(200)
  })
})

describe('bad input', () => {
  it('is refused in a sentence, and changes nothing', async () => {
    const page = await stage.open()
    const send = (path: string, body: unknown) => page.send('POST', path, body).catch(error => error.body)
    const message = { as: 'you', nonce: 'n', channel: 'group', text: 'x', pictures: [] as string[] }
    expect(await send('/api/messages', { ...message, as: 'nobody' })).toMatchObject({ code: 'NO_SUCH_PERSON' })
    expect(await send('/api/messages', { ...message, channel: 'attic' })).toMatchObject({ code: 'PLACE_GONE' })
    expect(await send('/api/messages', { ...message, text: '  ' })).toMatchObject({ code: 'BAD_REQUEST' })
    expect(await send('/api/messages', { ...message, text: 'x'.repeat(4001) })).toMatchObject({ code: 'BAD_REQUEST' })
    expect(await send('/api/messages', { ...message, pictures: ['f'.repeat(32)] })).toMatchObject({
      code: 'UPLOAD_GONE',
    })
    expect(await send('/api/messages', { ...message, replyTo: '99' })).toMatchObject({ code: 'MESSAGE_GONE' })
    expect(await send('/api/messages', 'text')).toMatchObject({ code: 'BAD_REQUEST' })
    expect(await send('/api/messages', { ...message, text: 'x'.repeat(300_000) })).toMatchObject({ code: 'TOO_LARGE' })
    const command = { as: 'you', nonce: 'c', channel: 'group', options: {} }
    expect(await send('/api/commands', { ...command, name: 'rm' })).toMatchObject({ code: 'BAD_REQUEST' })
    const wrong = { ...command, name: 'who', options: { picture: 'text' } }
    expect(await send('/api/commands', wrong)).toMatchObject({ code: 'BAD_REQUEST' })
    expect(await send('/api/presses', { as: 'you', nonce: 'p', message: '1', action: 'x' })).toMatchObject({
      code: 'MESSAGE_GONE',
    })
    expect(stage.bot.messages).toEqual([])
    expect(page.messages.size).toBe(0)
  })

  it('a picture of more than 20 MB is refused, also when it does not say so', async () => {
    const page = await stage.open()
    const bytes = new Uint8Array(20 * 2 ** 20 + 1)
    await expect(page.upload([{ name: 'huge.png', bytes }])).rejects.toMatchObject({ status: 413 })
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes)
        controller.close()
      },
    })
    const init = { method: 'POST', body: chunks, duplex: 'half', headers: { Origin: stage.adapter.url } } as RequestInit
    const response = await fetch(`${stage.adapter.url}/api/pictures?name=x`, init)
    expect(response.status).toBe(413)
    expect(await readdir(stage.folder)).toEqual([])
  })

  it('what is no picture is handed to the stage.bot, and never shown as a page', async () => {
    const page = await stage.open()
    const bytes = new TextEncoder().encode('<!doctype html><script>alert(1)</script>')
    const { pictures } = await page.post('group', { pictures: [{ name: '../../x.png', bytes }] })
    const response = await fetch(stage.adapter.url + pictures[0]!.url)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toBe('attachment')
    expect(await stage.bot.messages[0]!.pictures[0]!.bytes()).toEqual(Buffer.from(bytes))
    expect(pictures[0]!.name).toBe('....x.png')
  })

  it('a picture whose message was deleted is FETCH_FAILED to the bot', async () => {
    const page = await stage.open()
    const { id } = await page.post('group', { pictures: [{ name: 'x.png', bytes: await samplePicture(1) }] })
    await page.send('DELETE', `/api/messages/${id}?as=you`)
    await expect(stage.bot.messages[0]!.pictures[0]!.bytes()).rejects.toMatchObject({ code: 'FETCH_FAILED' })
  })

  it.each([
    ['', 'Expected a name but received an empty one'],
    ['\u200b\u202e', 'Expected a name but received an empty one'],
    ['x'.repeat(33), 'Expected a name of at most 32 characters but received one of 33'],
    ['YOU', 'Expected a name that nobody here has but received that of You'],
    ['familiar', 'Expected a name that nobody here has but received that of Familiar'],
    ['...', 'Expected a name but received ...'],
  ])('nobody is called “%s”', async (name, message) => {
    const page = await stage.open()
    await expect(page.send('POST', '/api/people', { name })).rejects.toMatchObject({ status: 422, message })
  })

  it('a full disk loses nothing that was there', async () => {
    const page = await stage.open()
    await page.post('group', { text: 'before' })
    const { set } = stage.store
    stage.store.set = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    const sentence = 'Expected to keep this on disk but could not: the disk is full'
    await expect(page.post('group', { text: 'lost', nonce: 'same' })).rejects.toMatchObject({
      status: 507,
      message: sentence,
    })
    await expect(stage.adapter.send(group, { text: 'lost' })).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    // The bot has something to say, and nobody could read it.
    stage.bot.script.called = (_, exchange) => exchange.say({ text: 'lost' }).catch(() => {})
    await expect(page.command('group', 'who')).rejects.toMatchObject({ status: 507, message: sentence })
    stage.store.set = set
    await page.post('group', { text: 'after', nonce: 'same' })
    await vi.waitFor(() => expect(page.in('group').map(({ text }) => text)).toEqual(['before', 'after']))
  })

  it('a port in use is said with what to do', async () => {
    const second = createWebAdapter(
      stage.options({ port: Number(new URL(stage.adapter.url).port), store: memoryStore() }),
    )
    await expect(second.start(stage.bot)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(/^Expected port \d+ on 127\.0\.0\.1 to be free .* set WEB_PORT to another port$/),
    })
    await second.close()
    const third = createWebAdapter(stage.options({ host: '203.0.113.1' }))
    await expect(third.start(stage.bot)).rejects.toMatchObject({ code: 'CANNOT_LISTEN' })
  })
})
