import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChat } from '../../test/fakes/chat.ts'
import { MemoryLog } from '../../test/fakes/memory-house.ts'
import type { MessageRef } from './chat.ts'
import { LiveMessage } from './live-message.ts'

let chat: FakeChat
let log: MemoryLog
let moves: MessageRef[]

beforeEach(() => {
  chat = new FakeChat()
  log = new MemoryLog()
  moves = []
})

const live = (message?: MessageRef) =>
  new LiveMessage({
    platform: () => chat,
    log,
    place: chat.place(),
    person: 'id-An',
    message,
    moved: async to => void moves.push(to),
  })

describe('a live message', () => {
  it('is posted when there is none, and then edited to what is newest', async () => {
    chat.editEvery = 40
    const message = live()
    message.show({ text: 'one' })
    await chat.until(() => chat.messages.length === 1)
    message.show({ text: 'two' })
    message.show({ text: 'three' })
    await chat.until(() => chat.last.text === 'three')
    expect(chat.messages).toHaveLength(1)
    expect(chat.last.history.map(({ text }) => text)).toEqual(['one'])
    expect(moves).toEqual([{ place: chat.place(), message: chat.last.id }])
  })

  it('tries again while the network fails, and gives up after a while', async () => {
    const posted = await chat.send(chat.place(), { text: 'zero' })
    const { edit } = chat
    let failures = 2
    chat.edit = async (...args) => {
      if (failures-- > 0) throw new Error('socket hang up')
      return edit.apply(chat, args)
    }
    const message = live(posted)
    message.show({ text: 'one' })
    await chat.until(() => chat.last.text === 'one')
    expect(log.lines).toHaveLength(2)
    failures = Number.POSITIVE_INFINITY
    message.show({ text: 'two' })
    await chat.until(() => log.lines.length === 6)
    failures = 0
    message.show({ text: 'three' })
    await chat.until(() => chat.last.text === 'three')
    expect(log.lines.join()).not.toContain('two')
  })

  it('does not wait when it is to finish', async () => {
    chat.editEvery = 60_000
    const message = live()
    message.show({ text: 'one' })
    await chat.until(() => chat.messages.length === 1)
    message.show({ text: 'two' })
    await message.finish()
    expect(chat.last.text).toBe('two')
    await message.finish()
  })

  it('moves to a direct message, and stays there', async () => {
    const posted = await chat.send(chat.place(), { text: 'zero' })
    chat.closedChannels.add('garden')
    const message = live(posted)
    message.show({ text: 'one' })
    await chat.until(() => chat.last.place.direct && chat.last.text === 'one')
    message.show({ text: 'two' })
    await chat.until(() => chat.last.text === 'two')
    expect(chat.messages).toHaveLength(2)
    expect(moves).toHaveLength(1)
  })

  it('is posted anew for those who are to be notified, at once, and the old one goes', async () => {
    chat.editEvery = 60_000
    const message = live()
    message.show({ text: 'one' })
    await chat.until(() => chat.messages.length === 1)
    const { id } = chat.last
    message.show({ text: 'two', mentions: ['id-Lan'] })
    await chat.until(() => chat.messages.length === 1 && chat.last.id !== id)
    expect(chat.last).toMatchObject({ text: 'two', mentions: ['id-Lan'], history: [] })
    expect(moves.map(({ message }) => message)).toEqual([id, chat.last.id])
    message.show({ text: 'three' })
    await message.finish()
    expect(chat.messages.map(({ text }) => text)).toEqual(['three'])
  })

  it('that cannot be taken back stays beside the new one', async () => {
    const posted = await chat.send(chat.place(), { text: 'one' })
    chat.remove = async () => {
      throw new Error('socket hang up')
    }
    const message = live(posted)
    message.show({ text: 'two', mentions: ['id-Lan'] })
    await message.settled()
    expect(chat.messages.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(log.lines).toHaveLength(1)
  })

  it('gives up where nobody can be reached, until there is something new', async () => {
    chat.closedChannels.add('garden').add('direct id-An')
    const message = live()
    message.show({ text: 'one' })
    await chat.until(() => log.lines.length === 1)
    chat.closedChannels.clear()
    message.show({ text: 'two' })
    await chat.until(() => chat.messages[0]?.text === 'two')
  })
})
