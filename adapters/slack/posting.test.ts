/** What becomes of the bot's messages when Slack is slow, full, broken, or has changed its mind. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutgoingPicture, Place } from '../../src/conversation/chat.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { expectBytes, samplePicture } from '../suite/helpers.ts'
import { eventually, seen, texts } from './testing/questions.ts'
import { openStage, type Stage } from './testing/stage.ts'

const bot = new ScriptedBot()
let stage: Stage
let place: Place

beforeEach(async () => {
  bot.reset()
  stage = await openStage(bot)
  place = { tenant: `slack:${stage.team.id}`, channel: stage.group.id, direct: false }
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const picture = async (seed: number): Promise<OutgoingPicture> => ({
  name: 'mam.png',
  bytes: await samplePicture(seed),
  altText: `Drawing ${seed}`,
})
const count = (method: string, answer = 'ok') =>
  stage.fake.calls.filter(call => call.method === method && call.answer === answer).length

describe('a message is said once', () => {
  it.each([
    ['Slack asks to wait', { rateLimited: 1 }],
    ['Slack is in trouble', { status: 503 }],
    ['Slack fails', { error: 'internal_error' }],
    ['the connection breaks before it is posted', { drop: 'before' }],
    ['the connection breaks after it was posted', { drop: 'after' }],
  ] as const)('when %s', async (_, fault) => {
    const { adapter, fake, friend, group } = stage
    fake.faults.inject('chat.postMessage', fault)
    const ref = await adapter.send(place, { text: 'the result' })
    expect(texts(friend, group)).toEqual(['the result'])
    expect(friend.messages(group)[0]!.ts).toBe(ref.message)
  })

  it('in a thread, too, when the answer is lost', async () => {
    const { adapter, fake, friend, group } = stage
    const ts = await friend.post(group, { text: 'root' })
    fake.faults.inject('chat.postMessage', { drop: 'after' })
    await adapter.send({ ...place, thread: ts }, { text: 'the result' })
    expect(texts(friend, group)).toEqual(['root', 'the result'])
  })

  it('or not at all, which is told in words', async () => {
    const { adapter, fake } = stage
    fake.faults.inject('chat.postMessage', { rateLimited: 120 })
    await expect(adapter.send(place, { text: 'late' })).rejects.toMatchObject({ code: 'SLACK_BUSY' })
    fake.faults.inject('chat.postMessage', { error: 'missing_scope', needed: 'chat:write' })
    const error = await adapter.send(place, { text: 'mute' }).catch(error => error)
    expect(error).toMatchObject({ code: 'SCOPE_MISSING', message: expect.stringContaining('chat:write') })
  })
})

describe('a place that the bot is not let into', () => {
  it.each(['archive', 'removeBot'] as const)('is PLACE_GONE (%s)', async how => {
    const { adapter, group } = stage
    const ref = await adapter.send(place, { text: 'still there' })
    await group[how]()
    await expect(adapter.send(place, { text: 'and now?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await expect(adapter.edit(ref, { text: 'and now?' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(PLACE|MESSAGE)_GONE$/),
    })
    await adapter.remove(ref)
  })

  it('is PLACE_GONE in another workspace, and where the token was revoked', async () => {
    const { adapter, team } = stage
    const other = { ...place, tenant: 'slack:T0THER' }
    await expect(adapter.send(other, { text: 'hello?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    team.revokeToken()
    await expect(adapter.send(place, { text: 'hello?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
  })
})

describe('pictures', () => {
  it('that stay are not uploaded again, and those that go are deleted', async () => {
    const { adapter, friend, group } = stage
    const [one, two, three] = [await picture(1), await picture(2), await picture(3)]
    const ref = await adapter.send(place, { text: 'a draft', pictures: [one, two] })
    expect(count('files.completeUploadExternal')).toBe(2)
    await adapter.edit(ref, { text: 'better', pictures: [two, three] })
    expect(count('files.completeUploadExternal')).toBe(3)
    expect(count('files.delete')).toBe(1)
    const { images } = await seen(friend, group, 'better')
    expect(images.map(({ altText }) => altText)).toEqual(['Drawing 2', 'Drawing 3'])
    expectBytes(images[1]!.bytes, three.bytes)
    await adapter.edit(ref, { text: 'and alone' })
    expect(count('files.delete')).toBe(3)
  })

  it('go with their message, also after a restart', async () => {
    const { fake, friend, group } = stage
    const ref = await stage.adapter.send(place, { text: 'one', pictures: [await picture(4)] })
    const other = await stage.adapter.send(place, { text: 'two', pictures: [await picture(5)] })
    await stage.adapter.remove(ref)
    const adapter = await stage.restart()
    await adapter.edit(other, { text: 'changed', pictures: [await picture(6)] })
    expect((await seen(friend, group, 'changed')).images.map(({ altText }) => altText)).toEqual(['Drawing 6'])
    await adapter.remove(other)
    expect(texts(friend, group)).toEqual([])
    const uploaded = fake.calls.filter(({ method }) => method === 'files.completeUploadExternal').length
    expect(count('files.delete')).toBe(uploaded)
  })

  it('are waited for', async () => {
    const { adapter, fake, friend, group } = stage
    fake.faults.inject('chat.postMessage', { error: 'invalid_blocks', provided: 'invalid slack file' })
    await adapter.send(place, { text: 'here she is', pictures: [await picture(7)] })
    expect(texts(friend, group)).toEqual(['here she is'])
  })

  it('are not left behind when they cannot be posted', async () => {
    const { adapter, group } = stage
    await group.removeBot()
    const sent = adapter.send(place, { text: 'here', pictures: [await picture(8), await picture(9)] })
    await expect(sent).rejects.toMatchObject({ code: 'PLACE_GONE' })
    expect(count('files.delete')).toBe(2)
  })

  it('that cannot be uploaded say which scope is missing', async () => {
    const { adapter, fake } = stage
    fake.faults.inject('files.getUploadURLExternal', { error: 'missing_scope', needed: 'files:write' })
    const error = await adapter.send(place, { text: '', pictures: [await picture(10)] }).catch(error => error)
    expect(error).toMatchObject({ code: 'SCOPE_MISSING', message: expect.stringContaining('files:write') })
  })
})

describe('a long text', () => {
  const long = (word: string) => Array.from({ length: 900 }, (_, i) => `${word}${i}`).join(' ')

  it('is edited and removed as one message', async () => {
    const { adapter, friend, group } = stage
    const ref = JSON.parse(JSON.stringify(await adapter.send(place, { text: long('word') })))
    expect(friend.messages(group).length).toBeGreaterThan(1)
    await adapter.edit(ref, { text: `${long('other')} ${long('more')}` })
    const read = texts(friend, group).join(' ')
    expect(read.match(/other\d+/g)).toHaveLength(900)
    expect(read.match(/more\d+/g)).toHaveLength(900)
    expect(read).not.toContain('word')
    await adapter.edit(ref, { text: 'short', buttons: [{ action: 'x', label: 'X' }] })
    expect(texts(friend, group)).toEqual(['short'])
    await adapter.remove(ref)
    expect(texts(friend, group)).toEqual([])
  })
})

it('a text can be edited away where a picture stays', async () => {
  const { adapter, friend, group } = stage
  const shown = await picture(11)
  const ref = await adapter.send(place, { text: 'with words', pictures: [shown] })
  await adapter.edit(ref, { text: '', pictures: [shown] })
  await eventually(() => expect(texts(friend, group).map(text => text.trim())).toEqual(['']))
  expect(friend.messages(group)[0]!.images).toHaveLength(1)
})

it('those who run the workspace are found on every page of its members, and asked for once', async () => {
  const { adapter, admin, fake, team } = stage
  for (let i = 0; i < 230; i++) team.addPerson({ name: `member ${i}` })
  const owner = team.addPerson({ name: 'Owner', owner: true })
  const left = team.addPerson({ name: 'Left', admin: true })
  left.deactivate()
  expect(await adapter.admins(place.tenant)).toEqual([admin.id, owner.id])
  const pages = fake.calls.filter(({ method }) => method === 'users.list').length
  expect(pages).toBeGreaterThan(1)
  await adapter.admins(place.tenant)
  expect(fake.calls.filter(({ method }) => method === 'users.list')).toHaveLength(pages)
})
