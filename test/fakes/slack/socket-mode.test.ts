/** The real Bolt App in Socket Mode at the fake: what people do reaches it, and what it answers is seen. */
import type { App } from '@slack/bolt'
import { afterEach, expect, it, vi } from 'vitest'
import type { FakeSlackOptions } from './fake-slack.ts'
import { type AppStage, openSocketApp } from './testing/stage.ts'

let stage: AppStage | undefined
async function open(listen: (app: App) => void, options?: FakeSlackOptions): Promise<AppStage> {
  stage = await openSocketApp(listen, options)
  return stage
}
const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 5000, interval: 10 })
afterEach(async () => {
  await stage?.close()
  stage = undefined
})
const bytes = new Uint8Array([137, 80, 78, 71, 1, 2, 3])
const photos = ['a', 'b', 'c'].map(name => ({ name: `${name}.png`, bytes }))
const plain = (text: string) => ({ type: 'plain_text' as const, text })

it('a message with files and a mention comes as message and as app_mention, and the files need the token', async () => {
  const heard: Record<string, unknown>[] = []
  const { fake, lan, channel, team } = await open(app => {
    app.message(async ({ message }) => void heard.push(message as never))
    app.event('app_mention', async ({ event }) => void heard.push(event as never))
  })
  const ts = await lan.post(channel, { text: `${team.bot.mention} teach Mắm & <b>`, files: photos })
  await eventually(() => expect(heard).toHaveLength(2))
  expect(heard).toContainEqual(expect.objectContaining({ type: 'message', subtype: 'file_share', ts, user: lan.id }))
  const mention = heard.find(({ type }) => type === 'app_mention')!
  expect(mention).toMatchObject({ ts, text: `<@${team.bot.userId}> teach Mắm &amp; &lt;b&gt;`, channel: channel.id })
  const [file] = mention.files as { url_private: string; mimetype: string }[]
  expect(new Set(fake.eventsOf(ts).map(({ eventId }) => eventId)).size).toBe(2)
  const headers = { Authorization: `Bearer ${team.bot.token}` }
  const download = await fetch(file!.url_private, { headers })
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(bytes)
  expect(fake.violations).toEqual([])
  const refused = await fetch(file!.url_private)
  expect([refused.status, refused.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await refused.text()).toContain('Sign in')
  expect(fake.violations).toMatchObject([{ code: 'login_page' }])
})

it('a direct message comes as message.im only; what the bot says notifies', async () => {
  const types: string[] = []
  const { fake, lan, mai, channel, team } = await open(app => {
    app.event('app_mention', async () => void types.push('app_mention'))
    app.message(async ({ message, say }) => {
      types.push(`${message.type} ${message.channel_type}`)
      await say(`hello <@${'user' in message ? message.user : ''}>`)
    })
  })
  await lan.post('dm', { text: `hi ${team.bot.mention}` })
  await eventually(() => expect(lan.messages('dm').map(({ text }) => text)).toEqual(['hi @Familiar', 'hello @Lan Anh']))
  await lan.post(channel, { text: 'in public' })
  await eventually(() => expect(mai.messages(channel).at(-1)?.text).toBe('hello @Lan Anh'))
  await fake.settled()
  expect(types).toEqual(['message im', 'message channel'])
  expect(lan.notifications.map(({ why }) => why)).toEqual(['direct', 'mention'])
  expect(mai.notifications).toEqual([])
  expect(() => mai.messages({ id: lan.dm() } as never)).toThrow('channel_not_found')
  expect(fake.violations).toEqual([])
})

it('a command opens a modal, whose errors come back and whose files can be read', async () => {
  const seen: unknown[] = []
  const { fake, lan, mai, channel, team } = await open(app => {
    app.command('/show', async ({ ack, client, body, command }) => {
      await ack()
      seen.push(command.text)
      const element = (type: string, more = {}) => ({ type, action_id: type, ...more }) as never
      const option = (value: string) => ({ text: plain(`A ${value}`), value })
      const input = (id: string, element: never, optional = false) =>
        ({ type: 'input', block_id: id, label: plain(id), element, optional }) as const
      const blocks = [
        input('photos', element('file_input', { max_files: 5, filetypes: ['png'] })),
        input('name', element('plain_text_input', { max_length: 32, initial_value: 'Mắm' })),
        input('kind', element('static_select', { options: [option('pet'), option('person')] })),
        input('who', element('users_select'), true),
        input('consent', element('checkboxes', { options: [option('yes')] }), true),
      ]
      const view = {
        type: 'modal',
        callback_id: 'teach',
        title: plain('Teach'),
        submit: plain('Teach'),
        blocks,
      } as const
      await client.views.open({ trigger_id: body.trigger_id, view: { ...view, blocks: [...blocks] } })
    })
    app.view('teach', async ({ ack, view }) => {
      const { files } = view.state.values.photos!.file_input!
      if (files!.length < 3) return ack({ response_action: 'errors', errors: { photos: 'At least 3 photos' } })
      seen.push(view.state.values)
      return ack()
    })
  })
  await lan.command(channel, '/show', `Mắm of ${mai.mention}`)
  expect(seen).toEqual([`Mắm of <@${mai.id}|mai>`])
  await eventually(() => expect(lan.view).toBeDefined())
  expect(lan.view).toMatchObject({ title: 'Teach', submit: 'Teach', callbackId: 'teach' })
  expect(lan.view!.fields.map(({ label, initial }) => initial ?? label)).toEqual([
    'photos',
    'Mắm',
    'kind',
    'who',
    'consent',
  ])
  expect(mai.view).toBeUndefined()
  await expect(lan.submit({ photos: [{ name: 'a.pdf', bytes }] })).rejects.toMatchObject({ code: 'wrong_file_type' })
  await expect(lan.submit({ name: 'x'.repeat(33) })).rejects.toMatchObject({ code: 'too_long' })
  expect(Object.keys(await lan.submit())).toEqual(['photos', 'kind'])
  expect(await lan.submit({ photos: photos.slice(1), kind: 'A pet' })).toEqual({ photos: 'At least 3 photos' })
  expect(lan.view!.fields[0]!.error).toBe('At least 3 photos')
  expect(await lan.submit({ photos, kind: 'person', who: mai, consent: ['A yes'] })).toEqual({})
  expect(lan.view).toBeUndefined()
  expect(seen[1]).toMatchObject({
    name: { plain_text_input: { value: 'Mắm' } },
    kind: { static_select: { selected_option: { value: 'person' } } },
    who: { users_select: { selected_user: mai.id } },
    consent: { checkboxes: { selected_options: [{ value: 'yes' }] } },
  })
  const values = seen[1] as { photos: { file_input: { files: { url_private: string }[] } } }
  const headers = { Authorization: `Bearer ${team.bot.token}` }
  const download = await fetch(values.photos.file_input.files[2]!.url_private, { headers })
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(bytes)
  expect(fake.violations).toEqual([])
})

it('values are offered while somebody types, once there is enough of them', async () => {
  const asked: string[] = []
  const { fake, lan, channel } = await open(app => {
    app.command('/show', async ({ ack, client, body }) => {
      await ack()
      const element = { type: 'external_select' as const, action_id: 'name', min_query_length: 1 }
      const blocks = [{ type: 'input' as const, block_id: 'name', label: plain('Name'), element }]
      const view = { type: 'modal' as const, callback_id: 'who', title: plain('Who?'), submit: plain('Go'), blocks }
      await client.views.open({ trigger_id: body.trigger_id, view })
    })
    app.options('name', async ({ ack, options }) => {
      asked.push(options.value)
      await ack({ options: ['Mắm', 'Mai'].map(name => ({ text: plain(name), value: name })) })
    })
    app.view('who', async ({ ack, view }) => {
      asked.push(view.state.values.name!.name!.selected_option!.value)
      await ack()
    })
  })
  await lan.command(channel, '/show')
  await eventually(() => expect(lan.view).toBeDefined())
  expect(await lan.suggest('name', '')).toEqual([])
  expect((await lan.suggest('name', 'M')).map(({ value }) => value)).toEqual(['Mắm', 'Mai'])
  await expect(lan.submit({ name: 'Bo' })).rejects.toMatchObject({ code: 'no_such_choice' })
  expect(await lan.submit({ name: 'Mắm' })).toEqual({})
  expect(asked).toEqual(['M', 'Mắm'])
  expect(fake.violations).toEqual([])
})

it('shortcuts and buttons bring their message; an ephemeral answer is one person’s and changes by its response URL', async () => {
  const { fake, lan, mai, channel } = await open(app => {
    app.shortcut('show', async ({ ack, respond, shortcut }) => {
      await ack()
      const text = shortcut.type === 'message_action' ? shortcut.message.text! : ''
      const button = { type: 'button' as const, text: plain('Replace'), action_id: 'replace', value: '7' }
      await respond({
        text,
        blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${text}*?` }, accessory: button }],
      })
    })
    app.action('replace', async ({ ack, respond, payload }) => {
      await ack()
      await respond({ text: `replaced ${'value' in payload ? payload.value : ''}`, replace_original: true })
    })
  })
  const ts = await mai.post(channel, { text: 'my cat' })
  await lan.shortcut(channel, ts, 'Show this')
  await eventually(() => expect(lan.messages(channel)).toHaveLength(2))
  const [, private_] = lan.messages(channel)
  expect(private_).toMatchObject({ text: 'my cat?', bold: ['my cat'], ephemeral: true })
  expect(mai.messages(channel)).toHaveLength(1)
  await expect(mai.press(private_!, 'Replace')).rejects.toMatchObject({ code: 'message_not_found' })
  await lan.press(private_!, 'Replace')
  await eventually(() => expect(lan.messages(channel)[1]).toMatchObject({ ts: private_!.ts, text: 'replaced 7' }))
  await expect(lan.press(private_!, 'Replace')).rejects.toMatchObject({ code: 'no_such_button' })
  await expect(lan.shortcut(channel, ts, 'unknown')).rejects.toMatchObject({ code: 'unknown_shortcut' })
  await expect(lan.command(channel, '/unknown')).rejects.toMatchObject({ code: 'unknown_command' })
  expect(fake.violations).toEqual([])
})

it('App Home is published when it is opened, and its buttons work', async () => {
  const pressed: string[] = []
  const { fake, lan } = await open(app => {
    app.event('app_home_opened', async ({ event, client }) => {
      const elements = [{ type: 'button' as const, text: plain('Forget'), action_id: 'forget' }]
      const blocks = [
        { type: 'header' as const, text: plain('Mắm') },
        { type: 'actions' as const, elements },
      ]
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } })
    })
    app.action('forget', async ({ ack, body }) => {
      await ack()
      pressed.push(body.user.id)
    })
  })
  expect(lan.home).toBeUndefined()
  await lan.openHome()
  await eventually(() => expect(lan.home?.text).toBe('Mắm'))
  await lan.press(lan.home!, 'Forget')
  expect(pressed).toEqual([lan.id])
  fake.manifest = { ...fake.manifest, features: { ...fake.manifest.features, app_home: {} } }
  await expect(lan.openHome()).rejects.toMatchObject({ code: 'tab_disabled' })
  await expect(lan.post('dm', { text: 'hello?' })).rejects.toMatchObject({ code: 'messages_tab_disabled' })
  expect(fake.violations).toEqual([])
})

it('the bot’s leaving, and the app’s, are told', async () => {
  const heard: string[] = []
  const { fake, lan, channel, team, client } = await open(app => {
    for (const type of ['channel_left', 'member_joined_channel', 'app_uninstalled', 'tokens_revoked'] as const)
      app.event(type, async () => void heard.push(type))
    app.message(async () => void heard.push('message'))
  })
  await channel.removeBot()
  await lan.post(channel, { text: 'behind its back' })
  await expect(client.chat.postMessage({ channel: channel.id, text: 'x' })).rejects.toThrow('not_in_channel')
  await channel.inviteBot(lan)
  await fake.settled()
  expect(heard).toEqual(['channel_left', 'member_joined_channel'])
  await team.uninstall()
  await eventually(() => expect(heard.slice(2).sort()).toEqual(['app_uninstalled', 'tokens_revoked']))
  await expect(client.auth.test()).rejects.toThrow('account_inactive')
})
