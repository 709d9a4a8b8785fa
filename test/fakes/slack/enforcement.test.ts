/** What Slack's Web API refuses, the fake refuses, and remembers. */
import type { types } from '@slack/bolt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({ shareDelay: 300 })
})
afterEach(() => stage.close())

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const section = (text: string): types.KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (over: object) =>
  ({ type: 'actions', elements: [{ type: 'button', text: plain('Yes'), ...over }] }) as never
const say = (over: object) => stage.client.chat.postMessage({ channel: stage.channel.id, text: 'hello', ...over })
const codes = () => stage.fake.violations.map(({ code }) => code)

it('tokens and scopes', async () => {
  const { fake, client, team } = stage
  await expect(client.auth.test()).resolves.toMatchObject({ team_id: team.id, bot_id: team.bot.botId })
  await expect(client.auth.test({ token: 'xoxb-other' })).rejects.toThrow('invalid_auth')
  await expect(client.apps.connections.open()).rejects.toThrow('not_allowed_token_type')
  await expect(client.chat.postMessage({ token: fake.appToken, channel: 'C', text: 'x' })).rejects.toThrow(
    'not_allowed',
  )
  const poor = fake.addTeam({ scopes: ['chat:write'] })
  const refusal = client.users.info({ token: poor.bot.token, user: poor.bot.userId })
  await expect(refusal).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'users:read', provided: 'chat:write' },
  })
  team.revokeToken()
  await expect(client.auth.test()).rejects.toThrow('token_revoked')
  expect(codes()).toEqual(['missing_scope'])
})

it('arguments: missing, unknown, of the wrong kind, and methods that are none', async () => {
  const { client, channel } = stage
  await expect(client.apiCall('chat.postMessage', { text: 'x' })).rejects.toMatchObject({
    data: { error: 'invalid_arguments', response_metadata: { messages: ['[ERROR] missing required field: channel'] } },
  })
  await say({ txet: 'x' })
  await expect(client.apiCall('conversations.history', { channel: channel.id, limit: 'ten' })).rejects.toThrow(
    'invalid_arg',
  )
  await expect(client.apiCall('chat.shout', {})).rejects.toThrow('unknown_method')
  await expect(
    client.apiCall('files.getUploadURLExternal', { filename: 'a.png', length: 1, alt_text: 'A' }),
  ).resolves.toBeDefined()
  expect(codes()).toEqual([
    'invalid_arguments',
    'unknown_argument',
    'invalid_arguments',
    'unknown_method',
    'unknown_argument',
  ])
})

it('places: unknown, private, archived, left, disabled', async () => {
  const { fake, team, client, channel, lan } = stage
  const hidden = team.addChannel({ name: 'hidden', private: true, withBot: false })
  const open = team.addChannel({ name: 'open', withBot: false })
  const at = (id: string) => client.chat.postMessage({ channel: id, text: 'x' })
  await expect(at(`${channel.id}9`)).rejects.toThrow('channel_not_found')
  await expect(at(hidden.id)).rejects.toThrow('channel_not_found')
  await expect(at(open.id)).rejects.toThrow('not_in_channel')
  const { ts } = await say({})
  channel.archive()
  await expect(say({})).rejects.toThrow('is_archived')
  await expect(client.chat.update({ channel: channel.id, ts: ts!, text: 'y' })).rejects.toThrow('is_inactive')
  await expect(client.conversations.open({ users: '999999' })).rejects.toThrow('user_not_found')
  const dm = await client.conversations.open({ users: lan.id })
  expect(dm.channel!.id).toBe(lan.dm())
  await at(lan.id)
  expect(lan.messages('dm').map(({ text }) => text)).toEqual(['x'])
  lan.deactivate()
  await expect(client.conversations.open({ users: lan.id })).rejects.toThrow('user_disabled')
  await expect(at(dm.channel!.id!)).rejects.toThrow('is_archived')
  fake.manifest = {
    ...fake.manifest,
    features: { ...fake.manifest.features, app_home: { messages_tab_enabled: false } },
  }
  await expect(at(stage.mai.dm())).rejects.toThrow('messages_tab_disabled')
  expect(codes()).toEqual([])
})

it('texts: missing, too long, without a fallback', async () => {
  const { client, channel } = stage
  await expect(say({ text: '' })).rejects.toThrow('no_text')
  await say({ text: undefined, blocks: [section('only blocks')] })
  await say({ text: 'x'.repeat(4001) })
  const { ts, response_metadata } = await say({ text: 'y'.repeat(40_001) })
  expect(response_metadata?.warnings).toEqual(['message_truncated'])
  const update = client.chat.update({ channel: channel.id, ts: ts!, text: 'z'.repeat(4001) })
  await expect(update).rejects.toThrow('msg_too_long')
  await expect(say({ blocks: Array.from({ length: 6 }, () => section('x'.repeat(2900))) })).rejects.toThrow(
    'msg_blocks_too_long',
  )
  expect(codes()).toEqual([
    'no_text',
    'missing_fallback',
    'advised_length',
    'advised_length',
    'message_truncated',
    'advised_length',
    'msg_too_long',
    'msg_blocks_too_long',
  ])
})

it('an update changes what it names: text takes the place of blocks, rich text stays rich', async () => {
  const { client, channel, lan, mai } = stage
  const rich = (text: string) =>
    ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] }) as never
  const { ts } = await say({ text: 'draft', blocks: [rich('draft *as typed*'), button({ action_id: 'go' })] })
  const edit = (over: object) => client.chat.update({ channel: channel.id, ts: ts!, text: 'new', ...over })
  expect(lan.messages(channel)).toMatchObject([
    { text: 'draft *as typed*', bold: [], buttons: [{ label: 'Yes', actionId: 'go' }] },
  ])
  await expect(edit({ blocks: [section('x')] })).rejects.toThrow('block_mismatch')
  await edit({ blocks: [rich('newer')] })
  expect(lan.messages(channel)).toMatchObject([{ ts, text: 'newer', buttons: [], edited: false }])
  await edit({ text: 'a *text*' })
  expect(lan.messages(channel)).toMatchObject([{ ts, text: 'a text', bold: ['text'], edited: true }])
  const hers = await lan.post(channel, { text: 'mine' })
  await expect(edit({ ts: hers })).rejects.toThrow('cant_update_message')
  await mai.delete(channel, ts!)
  await expect(edit({})).rejects.toThrow('message_not_found')
  await expect(client.chat.delete({ channel: channel.id, ts: ts! })).rejects.toThrow('message_not_found')
  await expect(lan.delete(channel, hers)).resolves.toBeUndefined()
})

it('uploads: three steps, shown a little later, in a thread, with words for those who cannot see', async () => {
  const { fake, client, channel, lan } = stage
  const root = await lan.post(channel, { text: 'draw her' })
  const file = Buffer.from([1, 2, 3])
  const target = { channel_id: channel.id, thread_ts: root, initial_comment: 'here *she* is' }
  await client.filesUploadV2({
    ...target,
    file_uploads: [
      { file, filename: 'a.png' },
      { file, filename: 'b.png' },
    ],
  })
  expect(lan.thread(channel, root)).toHaveLength(1)
  await fake.settled()
  expect(lan.thread(channel, root)[1]).toMatchObject({ text: 'here she is', bold: ['she'], images: [{}, {}] })
  expect(lan.notifications.map(({ why }) => why)).toEqual(['thread'])

  // Slack's `alt_txt` is `alt_text` in the library's types, which Slack does not know.
  const asked: unknown = { filename: 'c.png', length: 3, alt_txt: 'C' }
  const { upload_url, file_id: id } = await client.files.getUploadURLExternal(asked as never)
  await expect(client.files.completeUploadExternal({ files: [{ id: id! }] })).rejects.toThrow('file_not_found')
  await fetch(upload_url!, { method: 'POST', body: file })
  await client.files.completeUploadExternal({ files: [{ id: id! }] })
  const image = { type: 'image', slack_file: { id }, alt_text: 'Drawing of Mắm & Bo' }
  await expect(say({ blocks: [image] })).rejects.toThrow('invalid_blocks')
  await fake.settled()
  expect((await client.files.info({ file: id! })).file).toMatchObject({ mimetype: 'image/png', alt_txt: 'C' })
  await say({ blocks: [image] })
  expect(lan.messages(channel).at(-1)!.images).toEqual([
    { altText: 'Drawing of Mắm & Bo', bytes: new Uint8Array(file) },
  ])
  await client.files.delete({ file: id! })
  expect(lan.messages(channel).at(-1)!.images).toEqual([])
  await expect(client.files.info({ file: id! })).rejects.toThrow('file_deleted')
  expect(codes()).toEqual([])
})

it('reading: newest first, replies apart, page by page; people with their roles and languages', async () => {
  const { fake, client, channel, team, mai, lan } = stage
  const beeper = team.addPerson({ name: 'Beeper', bot: true })
  const first = await mai.post(channel, { text: 'one' })
  await lan.post(channel, { text: 'reply', thread: first })
  await lan.post(channel, { text: 'loud reply', thread: first, broadcast: true })
  await beeper.post(channel, { text: 'beep' })
  await client.chat.postEphemeral({ channel: channel.id, user: lan.id, text: 'a secret' })
  const texts = (messages: { text?: string }[] = []) => messages.map(({ text }) => text)
  const page = await client.conversations.history({ channel: channel.id, limit: 2 })
  expect(texts(page.messages)).toEqual(['beep', 'loud reply'])
  expect(page.messages![0]).toMatchObject({ bot_id: expect.stringMatching(/^B/), user: beeper.id })
  const { next_cursor: cursor } = page.response_metadata!
  expect(texts((await client.conversations.history({ channel: channel.id, cursor })).messages)).toEqual(['one'])
  const thread = await client.conversations.replies({ channel: channel.id, ts: first })
  expect(texts(thread.messages)).toEqual(['one', 'reply', 'loud reply'])
  await expect(client.conversations.replies({ channel: channel.id, ts: '1.2' })).rejects.toThrow('thread_not_found')
  await mai.delete(channel, first)
  expect((await client.conversations.replies({ channel: channel.id, ts: first })).messages![0]).toMatchObject({
    subtype: 'tombstone',
  })
  const { user } = await client.users.info({ user: mai.id, include_locale: true })
  expect(user).toMatchObject({ is_admin: true, is_bot: false, locale: 'vi-VN', profile: { display_name: 'Mai' } })
  const { members } = await client.users.list({})
  expect(members!.filter(({ is_bot }) => is_bot).map(({ id }) => id)).toEqual([team.bot.userId, beeper.id])
  await client.reactions.add({ channel: channel.id, name: 'eyes', timestamp: thread.messages![1]!.ts! })
  expect(lan.thread(channel, first)[1]!.reactions).toEqual(['eyes'])
  await client.assistant.threads.setStatus({ channel_id: channel.id, thread_ts: first, status: 'is drawing …' })
  expect(lan.threadStatus(channel, first)).toBe('is drawing …')
  await say({ thread_ts: first })
  expect(lan.threadStatus(channel, first)).toBeUndefined()
  expect(fake.violations).toEqual([])
})
