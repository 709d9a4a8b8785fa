/** The server across restarts: what stays, what is told again, and what is done once. */
import { readdir } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import type { Form } from '../../../src/conversation/chat.ts'
import { memoryStore } from '../../../test/fakes/memory-store.ts'
import { samplePicture } from '../../suite/helpers.ts'
import { createWebAdapter } from '../adapter.ts'
import { PageClient } from '../testing/page-client.ts'
import { group, ServerStage } from '../testing/server-stage.ts'

const stage = ServerStage.forEach()

describe('a restart', () => {
  it('keeps people, messages, pictures and what goes with them', async () => {
    const page = await stage.open()
    const { id } = await page.send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
    const bytes = await samplePicture(1)
    await page.post('group', { text: 'hello', pictures: [{ name: 'a.png', bytes }] })
    const ref = await stage.adapter.send(group, { text: 'hi', buttons: [{ action: 'x', label: 'X' }], mentions: [id] })
    await stage.restart()
    const again = await stage.open()
    expect(again.people.map(({ name }) => name)).toEqual(['You', 'Lan'])
    expect(again.people[1]!.notices).toEqual({ group: 1 })
    const messages = again.in('group')
    expect(messages.map(({ text }) => text)).toEqual(['hello', 'hi'])
    expect(messages[1]!.buttons).toEqual([{ action: 'x', label: 'X' }])
    expect(Buffer.from(await again.picture(messages[0]!.pictures[0]!)).equals(bytes)).toBe(true)
    await stage.adapter.edit(ref, { text: 'hi again' })
    await vi.waitFor(() => expect(again.in('group')[1]!.text).toBe('hi again'))
  })

  it('is told to a page as what it missed, and nothing else', async () => {
    const page = await stage.open()
    const kept = await stage.adapter.send(group, { text: 'kept' })
    const edited = await stage.adapter.send(group, { text: 'draft' })
    const removed = await stage.adapter.send(group, { text: 'removed' })
    await vi.waitFor(() => expect(page.in('group')).toHaveLength(3))
    page.disconnect()
    await stage.adapter.edit(edited, { text: 'final' })
    await stage.adapter.remove(removed)
    await stage.restart()
    await stage.adapter.send(group, { text: 'new' })
    const back = await stage.open('you', page)
    expect(back.events.map(({ name }) => name)).toEqual(['hello', 'people', 'message', 'removed', 'message'])
    expect(back.in('group').map(({ text }) => text)).toEqual(['kept', 'final', 'new'])
    expect(kept.message).toMatch(/^[0-9a-f]+\.1$/)
  })

  it('begins anew where the history is another one', async () => {
    const page = await stage.open()
    const old = await stage.adapter.send(group, { text: 'old' })
    await vi.waitFor(() => expect(page.in('group')).toHaveLength(1))
    await stage.adapter.close()
    stage.store = memoryStore()
    await stage.start()
    await stage.adapter.send(group, { text: 'fresh' })
    await expect(stage.adapter.edit(old, { text: 'mixed up' })).rejects.toMatchObject({ code: 'MESSAGE_GONE' })
    await stage.adapter.remove(old)
    const back = await stage.open('you', page)
    expect(back.events.map(({ name }) => name)).toContain('snapshot')
    expect(back.in('group').map(({ text }) => text)).toEqual(['fresh'])
  })

  it('asks the stage.bot again what it was killed over, once', async () => {
    stage.bot.script.heard = () => new Promise(() => {})
    const page = await stage.open()
    await page.post('group', { text: 'are you there?' })
    await page.post('group', { text: 'hello?' })
    await vi.waitFor(() => expect(stage.bot.messages).toHaveLength(2))
    // A kill leaves the stage.store as it is at that moment.
    const records = new Map(stage.store.records)
    await stage.adapter.close()
    stage.bot.reset()
    stage.store = memoryStore(records)
    await stage.start()
    await vi.waitFor(() => expect(stage.bot.messages.map(({ id }) => id.split('.')[1])).toEqual(['1', '2']))
    await stage.adapter.close()
    stage.bot.reset()
    stage.store = memoryStore(new Map([...records].map(([key, value]) => [key, value.replace('"pending"', '"again"')])))
    await stage.start()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(stage.bot.messages).toEqual([])
  })

  it('does not ask again what was answered just before the kill', async () => {
    stage.bot.script.heard = async (_, exchange) => {
      await exchange.say({ text: 'Here I am.' })
      await new Promise(() => {})
    }
    const page = await stage.open()
    await page.post('group', { text: 'are you there?' })
    await vi.waitFor(() => expect(page.in('group')).toHaveLength(2))
    const records = new Map(stage.store.records)
    await stage.adapter.close()
    stage.bot.reset()
    stage.store = memoryStore(records)
    await stage.start()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(stage.bot.messages).toEqual([])
  })

  it('lets the stage.bot write before anybody can look, and after', async () => {
    const ref = await stage.adapter.send(group, {
      text: '',
      card: { title: 'Learning', status: 'a', state: 'running' },
    })
    await stage.adapter.close()
    await stage.adapter.edit(ref, { text: '', card: { title: 'Learning', status: 'b', state: 'paused' } })
    stage.adapter = createWebAdapter(stage.options())
    await stage.adapter.edit(ref, { text: '', card: { title: 'Learning', status: 'c', state: 'running' } })
    await stage.adapter.start(stage.bot)
    expect((await stage.open()).in('group').map(({ card }) => card?.status)).toEqual(['c'])
  })

  it('does not lose a form that somebody is filling in', async () => {
    const form: Form = {
      action: 'a',
      title: 'T',
      submit: 'S',
      fields: [{ type: 'text', name: 'n', label: 'N', maxLength: 9 }],
    }
    stage.bot.script.called = (_, exchange) => exchange.open!(form)
    const page = await stage.open()
    await page.command('group', 'who')
    await stage.restart()
    const back = new PageClient(stage.adapter.url)
    back.form = page.form
    await back.submit({ n: 'Bo' })
    expect(stage.bot.submissions).toMatchObject([{ action: 'a', fields: { n: 'Bo' } }])
    back.form = page.form
    await expect(back.submit({ n: 'Bo' })).rejects.toMatchObject({ status: 410, body: { code: 'FORM_GONE' } })
  })

  it('takes files away that no message has', async () => {
    const page = await stage.open()
    await page.upload([{ name: 'never-posted.png', bytes: await samplePicture(1) }])
    await page.post('group', { pictures: [{ name: 'posted.png', bytes: await samplePicture(2) }] })
    expect(await readdir(stage.folder)).toHaveLength(2)
    await stage.restart()
    expect(await readdir(stage.folder)).toHaveLength(1)
  })
})

it('acts that a page repeats are done once', async () => {
  let times = 0
  stage.bot.script.called = async (_, exchange) => {
    times += 1
    await exchange.say({ text: `time ${times}` })
  }
  const page = await stage.open()
  const body = { as: 'you', nonce: 'same', channel: 'group', name: 'who', options: {} }
  await Promise.all([page.send('POST', '/api/commands', body), page.send('POST', '/api/commands', body)])
  await page.send('POST', '/api/commands', body)
  expect(times).toBe(1)
  await page.post('group', { text: 'hello', nonce: 'one' })
  await stage.restart()
  const again = await stage.open()
  await again.post('group', { text: 'hello', nonce: 'one' })
  expect(again.in('group').filter(({ text }) => text === 'hello')).toHaveLength(1)
})

it('long histories come in pages, and end', async () => {
  await stage.restart({ keep: 100 })
  for (let i = 1; i <= 230; i++) await stage.adapter.send(group, { text: `${i}` })
  const page = await stage.open()
  expect(page.in('group')).toHaveLength(60)
  const first = page.in('group')[0]!
  expect(first.text).toBe('171')
  const path = (before: string) => `/api/messages?as=you&channel=group&before=${before}`
  const earlier = await page.send<{ messages: { id: string; text: string }[]; more: boolean }>('GET', path(first.id))
  expect(earlier.messages.at(-1)!.text).toBe('170')
  await stage.restart({ keep: 100 })
  const again = await stage.open()
  expect(again.in('group').at(-1)!.text).toBe('230')
  expect([...stage.store.records.keys()].filter(key => key.startsWith('message:')).length).toBeLessThan(170)
})
