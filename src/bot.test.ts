import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FamiliarError } from '../engine/errors.ts'
import { person, tenant } from '../test/fakes/chat.ts'
import { album, home, plain } from '../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')

describe('the bot', () => {
  it('gives up what is under way when it closes, says so, and listens to nobody any more', async () => {
    const { bot, chat, engine, taught } = await home()
    await taught('Mắm')
    engine.answer = async () => {
      await sleep(100)
      return new FamiliarError('CANCELLED', 'The answer was cancelled')
    }
    const asked = chat.write(lan, '@Familiar what is Mắm doing?')
    const behind = chat.write(an, '@Familiar what is Mắm doing?')
    await sleep(20)
    await bot.close()
    for (const said of [await asked, await behind])
      expect(said!.text).toBe('I have to go for a moment. Please ask again in a little while.')
    expect(await chat.write(lan, '@Familiar hello there')).toBeUndefined()
  })

  it('closes in time, whatever the engine does', async () => {
    const { bot, chat, engine } = await home()
    engine.answer = () => new Promise(() => {})
    void chat.write(lan, '@Familiar hello there')
    await sleep(20)
    const began = Date.now()
    await bot.close()
    expect(Date.now() - began).toBeLessThan(6000)
  })

  it('lets everybody take turns', async () => {
    const { chat, engine } = await home()
    const answered: string[] = []
    engine.answer = async ({ text }) => {
      answered.push(text)
      await sleep(5)
      return { text }
    }
    const flood = Array.from({ length: 5 }, (_, index) => chat.write(an, `@Familiar flood ${index}`))
    await sleep(2)
    await Promise.all([...flood, chat.write(lan, '@Familiar excuse me')])
    expect(answered.indexOf('excuse me')).toBeLessThan(3)
  })

  it('shows on a page of its own who was taught and what is kept', async () => {
    const here = await home()
    await here.taught('Mắm')
    const { text } = await here.bot.home(person('An'), here.chat.place())
    expect(text).toContain('**Mắm**')
    expect(text).toContain('Of you I have: 1 name')
    expect(here.chat.messages).toEqual([])
  })

  it('knows nothing of buttons and forms that are not its own', async () => {
    const { bot, chat, taught } = await home()
    await taught('Mắm')
    const seen = (await chat.write(lan, '@Familiar draw Mắm'))!
    for (const action of [
      'dance',
      'dance:now',
      'lesson.cancel:nothing',
      'drawing.redraw:x',
      'teach.again:x',
      'forget.yes:x',
    ])
      expect((await chat.pressAction(lan, seen, action))!.to).toBe(lan.id)
    const submission = { id: 'x', from: lan, place: chat.place(), action: 'dance', fields: {} }
    await bot.submitted(submission, chat.exchange(lan, chat.place()))
    expect(chat.last.text).toContain('too old')
  })

  it('never lets a button of one tenant reach another', async () => {
    const { bot, chat, engine, taught } = await home()
    await taught('Mắm')
    const drawing = (await chat.write(lan, '@Familiar draw Mắm'))!
    const release = engine.hold()
    const card = (await chat.command(an, 'teach', { name: 'Bo', pictures: await album(3) }))!
    const elsewhere = chat.place('garden', { tenant: 'fake:other' })
    const boss = person('Boss', { admin: true })
    for (const { action } of [...drawing.buttons!, ...card.buttons!]) {
      const message = { place: elsewhere, message: 'nowhere' }
      await bot.pressed({ id: `${action} x`, from: boss, message, action }, chat.exchange(boss, elsewhere))
    }
    expect(chat.now(drawing)).toBeDefined()
    expect(chat.now(card)!.card!.state).toBe('running')
    expect(engine.turns).toHaveLength(1)
    const place = elsewhere
    expect((await chat.command(lan, 'concepts', {}, { place }))!.text).toContain('I do not know anybody here yet')
    release()
    await chat.until(() => chat.now(card)?.card?.state === 'done')
  })

  it('completes nothing rather than failing', async () => {
    const { bot, chat, library } = await home()
    library.list = async () => {
      throw new Error('disk')
    }
    expect(await bot.complete(chat.place(), an, 'forget', 'name', 'm', 25)).toEqual([])
    expect(await bot.complete(chat.place(), an, 'dance', 'name', 'm', 25)).toEqual([])
    await bot.heard(
      {
        id: '1',
        from: an,
        place: chat.place(),
        text: 'x',
        pictures: [],
        mentionsBot: true,
        mentions: [],
        earlier: async () => [],
      },
      chat.exchange(an, chat.place()),
    )
    expect(chat.last.text).toContain('Something went wrong on my side')
  })

  it('answers with what is written, not with what a log would need', async () => {
    const { chat, engine, log, taught } = await home()
    await taught('Mắm')
    engine.answer = () => ({ text: 'a secret', image: plain(1) })
    await chat.write(lan, '@Familiar draw Mắm with a secret')
    await chat.command(lan, 'forget', { name: 'Mắm' })
    expect(log.lines.join('\n')).not.toMatch(/secret|Mắm/)
  })
})

describe('a tenant that the bot is removed from', () => {
  const days = (count: number) => count * 24 * 3600 * 1000

  it('has no lessons any more at once, and no data after some days', async () => {
    const first = await home({ policy: { graceDays: 7 } })
    const { bot, chat, engine, library, queue, shelf } = first
    await first.taught('Mắm')
    await chat.write(lan, '@Familiar draw Mắm')
    const release = engine.hold()
    await chat.command(an, 'teach', { name: 'Bo', pictures: await album(3) })
    await bot.left(tenant)
    expect(queue.list()).toEqual([])
    release()
    const second = await first.restart()
    expect(await library.list(tenant)).toHaveLength(1)
    await shelf.store('departures').set(tenant, new Date(Date.now() - days(8)).toISOString())
    await second.restart()
    expect(await library.list(tenant)).toEqual([])
    expect(await shelf.store('drawings').entries()).toEqual([])
    expect(await shelf.store('departures').entries()).toEqual([])
  })

  it('keeps its data when the bot is back in time', async () => {
    const first = await home()
    await first.taught('Mắm')
    await first.bot.left(tenant)
    await first.shelf.store('departures').set(tenant, new Date(Date.now() - days(8)).toISOString())
    await first.bot.joined(tenant)
    await first.restart()
    expect(await first.library.list(tenant)).toHaveLength(1)
  })
})
