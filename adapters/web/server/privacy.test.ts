/** Who sees what, and when it is gone. */
import { readdir } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import type { Form } from '../../../src/conversation/chat.ts'
import { samplePicture } from '../../suite/helpers.ts'
import type { WebAdapter } from '../adapter.ts'
import { ServerStage } from '../testing/server-stage.ts'

const stage = ServerStage.forEach()

describe('what is only for one person', () => {
  it('never reaches another’s stream, nor the group’s pages', async () => {
    const page = await stage.open()
    const { id } = await page.send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
    const lan = await stage.open(id)
    stage.bot.script.called = (_, exchange) => exchange.say({ text: 'a secret' }, { privately: true })
    await lan.command('group', 'who')
    await stage.adapter.send(await stage.adapter.direct('web:local', id), { text: 'another' })
    await vi.waitFor(() => expect(lan.messages.size).toBe(2))
    expect(JSON.stringify(page.events)).not.toMatch(/secret|another/)
    const pageOf = (as: string, channel: string) => page.send('GET', `/api/messages?as=${as}&channel=${channel}`)
    expect(await pageOf('you', 'group')).toEqual({ messages: [], more: false })
    expect(await pageOf('you', `direct-${id}`)).toEqual({ messages: [], more: false })
    const [secret] = lan.in('group')
    await expect(page.press(secret!.id, 'x')).rejects.toMatchObject({ body: { code: 'MESSAGE_GONE' } })
    await expect(page.post(`direct-${id}`, { text: 'hi' })).rejects.toMatchObject({ body: { code: 'PLACE_GONE' } })
    expect(page.people.find(each => each.id === id)!.notices).toEqual({ group: 1, [`direct-${id}`]: 1 })
    const seen = { as: id, channel: 'group', message: secret!.id }
    await lan.send('POST', '/api/seen', seen)
    await vi.waitFor(() => expect(page.people.find(each => each.id === id)!.notices).toEqual({ [`direct-${id}`]: 1 }))
  })

  it('goes with the person', async () => {
    const page = await stage.open()
    const { id } = await page.send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
    const lan = await stage.open(id)
    await lan.post('group', { text: 'I was here', pictures: [{ name: 'me.png', bytes: await samplePicture(1) }] })
    await stage.adapter.send(await stage.adapter.direct('web:local', id), { text: 'a word' })
    await page.send('DELETE', `/api/people/${id}`)
    await vi.waitFor(() => expect(page.in('group')).toEqual([]))
    expect(await readdir(stage.folder)).toEqual([])
    expect(JSON.stringify([...stage.store.records])).not.toMatch(/I was here|a word/)
    await expect(page.send('DELETE', '/api/people/you')).rejects.toMatchObject({ status: 403 })
  })
})

describe('photos that were handed over in a form', () => {
  it('are shown with the card and deleted when it ends', async () => {
    const form: Form = {
      action: 'teach',
      title: 'T',
      submit: 'S',
      fields: [{ type: 'pictures', name: 'photos', label: 'P', min: 1, max: 5 }],
    }
    stage.bot.script.called = (_, exchange) => exchange.open!(form)
    let ref: Awaited<ReturnType<WebAdapter['send']>>
    stage.bot.script.submitted = async (_, exchange) => {
      ref = await exchange.say({ text: '', card: { title: 'Learning', status: '', state: 'running', share: 0 } })
    }
    const page = await stage.open()
    await page.command('group', 'who')
    const photos = await page.upload([{ name: 'p.png', bytes: await samplePicture(1) }])
    await page.submit({ photos })
    await vi.waitFor(() => expect(page.in('group')[0]!.photos).toHaveLength(1))
    await stage.adapter.edit(ref!, { text: '', card: { title: 'Learning', status: '', state: 'running', share: 0.5 } })
    expect(await readdir(stage.folder)).toHaveLength(1)
    await stage.adapter.edit(ref!, { text: '', card: { title: 'Learning', status: '', state: 'done' } })
    expect(await readdir(stage.folder)).toEqual([])
    await vi.waitFor(() => expect(page.in('group')[0]!.photos).toEqual([]))
  })

  it('are seen by whoever is asked about them before there is a card, and by nobody else', async () => {
    const page = await stage.open()
    const { id } = await page.send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
    const lan = await stage.open(id)
    let ref: Awaited<ReturnType<WebAdapter['send']>>
    stage.bot.script.called = async (_, exchange) => {
      await exchange.say({ text: 'for your eyes' }, { privately: true })
      ref = await exchange.say({ text: 'do you agree?', mentions: [id] })
    }
    const picture = await page.upload([{ name: 'p.png', bytes: await samplePicture(1) }])
    await page.command('group', 'who', { picture })
    // Not the command's own answer, which shows them to all.
    await vi.waitFor(() => expect(lan.in('group')).toHaveLength(1))
    expect(lan.in('group')[0]!.photos).toHaveLength(1)
    expect(page.in('group').map(({ photos }) => photos.length)).toEqual([0, 0])
    await stage.adapter.edit(ref!, { text: '', card: { title: 'Learning', status: '', state: 'waiting' } })
    await vi.waitFor(() => expect(page.in('group')[1]!.photos).toHaveLength(1))
  })

  it('are deleted at once when nothing comes of them', async () => {
    stage.bot.script.called = (_, exchange) => exchange.say({ text: 'no, thank you' }, { privately: true })
    const page = await stage.open()
    const picture = await page.upload([{ name: 'p.png', bytes: await samplePicture(1) }])
    await page.command('group', 'who', { picture })
    await vi.waitFor(async () => expect(await readdir(stage.folder)).toEqual([]))
  })
})
