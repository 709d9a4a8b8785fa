import { beforeEach, describe, expect, it } from 'vitest'
import { person, tenant } from '../test/fakes/chat.ts'
import { album, type Home, home } from '../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')
const stranger = person('Quân')
const boss = person('Boss', { admin: true })
let here: Home

beforeEach(async () => {
  here = await home()
  await here.taught('Mắm', { facts: ['Mắm likes fish'] })
})

const names = async () => (await here.library.list(tenant)).map(({ name }) => name)

describe('forget', () => {
  it('asks first, and then forgets', async () => {
    const { chat } = here
    const ask = await chat.command(an, 'forget', { name: 'mắm' })
    expect(ask).toMatchObject({
      text: 'Shall I forget **Mắm** and one sentence about them? This cannot be undone.',
      to: an.id,
    })
    expect(await names()).toEqual(['Mắm'])
    expect((await chat.press(an, ask, 'Forget'))!.text).toBe('I have forgotten **Mắm**.')
    expect(await names()).toEqual([])
    expect((await chat.press(an, ask, 'Forget'))!.text).toBe('I do not know them any more.')
    expect((await chat.write(stranger, '@Familiar what is Mắm?'))!.text).toBe('You said: what is Mắm?')
    expect(here.engine.turns.at(-1)!.concepts).toEqual([])
  })

  it('forgets nobody when it is told to leave it', async () => {
    const ask = await here.chat.command(an, 'forget', { name: 'Mắm' })
    expect((await here.chat.press(an, ask, 'Leave it as it is'))!.text).toBe('All right, nothing has changed.')
    expect(await names()).toEqual(['Mắm'])
  })

  it('is for the owner, the depicted member and admins, also when the button is pressed', async () => {
    const { chat } = here
    await here.taught('Lan', { kind: 'person', depicts: 'Lan' })
    const refused = await chat.command(stranger, 'forget', { name: 'Lan' })
    expect(refused!.text).toBe('Only An, the person it shows or an admin can have **Lan** forgotten.')
    const ask = await chat.command(lan, 'forget', { name: 'Lan' })
    expect((await chat.pressAction(stranger, ask!, ask!.buttons![0]!.action))!.text).toContain('Only An, the person')
    expect(await names()).toEqual(['Lan', 'Mắm'])
    await chat.press(lan, ask, 'Forget')
    expect(await names()).toEqual(['Mắm'])
    expect((await chat.command(lan, 'forget', { name: 'Mắm' }))!.text).toContain('Only An')
    await chat.press(boss, await chat.command(boss, 'forget', { name: 'Mắm' }), 'Forget')
    expect(await names()).toEqual([])
  })

  it('knows what was meant', async () => {
    expect((await here.chat.command(an, 'forget', { name: 'mam' }))!.text).toBe(
      'I do not know “mam”. Did you mean **Mắm**?',
    )
    expect((await here.chat.command(an, 'forget', { name: 'Xyz' }))!.text).toBe('I do not know “Xyz”.')
  })

  it('is said in plain words, too', async () => {
    const { chat } = here
    expect((await chat.write(an, '@Familiar please forget Mắm.'))!.text).toContain('Shall I forget **Mắm**')
    const vi = person('An', { locale: 'vi' })
    expect((await chat.write(vi, '@Familiar quên Mắm đi'))!.text).toContain('Mình quên **Mắm**')
    expect((await chat.write(vi, '@Familiar quên mình đi nhé'))!.text).toContain('Mình xoá mọi thứ của bạn')
  })

  it('ends a lesson of that name', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    const question = await chat.command(an, 'teach', { name: 'Mắm', pictures: await album(3) })
    await chat.press(an, question, 'Replace')
    await chat.press(an, await chat.command(an, 'forget', { name: 'Mắm' }), 'Forget')
    release()
    await chat.until(() => chat.now(question!)?.card?.state === 'cancelled')
    expect([queue.list(), await names()]).toEqual([[], []])
  })
})

describe('forget me', () => {
  it('deletes all of a person, and tells that person alone', async () => {
    const { chat, library } = here
    await here.taught('Lan', { kind: 'person', depicts: 'Lan', owner: 'Lan' })
    await here.taught('Bo', { owner: 'Quân' })
    await chat.write(lan, '@Familiar remember that Bo likes milk')
    await chat.write(lan, '@Familiar draw Bo')
    const ask = await chat.write(lan, '@Familiar forget me')
    expect(ask!.to).toBe(lan.id)
    expect(ask!.text).toContain('That is 1 name that you taught me or that is you, 1 sentence that you told me')
    expect(await names()).toEqual(['Bo', 'Lan', 'Mắm'])
    const done = await chat.press(lan, ask, 'Forget')
    expect(done).toMatchObject({
      to: lan.id,
      text: 'Done. I have deleted **Lan**, 1 sentence and what you asked me to draw.',
    })
    expect(await names()).toEqual(['Bo', 'Mắm'])
    expect((await library.find(tenant, 'Bo'))!.facts).toEqual([])
    expect((await library.find(tenant, 'Mắm'))!.facts).toHaveLength(1)
  })

  it('withdraws from lessons that wait or run', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    const options = { name: 'Lan', pictures: await album(3), kind: 'person', person: lan }
    const running = await chat.command(an, 'teach', options)
    await chat.press(lan, running, 'Yes, I agree')
    const waiting = await chat.command(an, 'teach', { ...options, name: 'Lani' })
    await chat.press(lan, await chat.command(lan, 'forget', { name: 'me' }), 'Forget')
    expect(chat.messages.find(({ text }) => text.startsWith('Done.'))!.text).toContain('2 lessons that were under way')
    release()
    for (const card of [running, waiting])
      await chat.until(() => chat.now(card!)?.card?.status.startsWith('The person in the pictures does not want it'))
    expect([queue.list(), await names()]).toEqual([[], ['Mắm']])
  })

  it('says so when there is nothing', async () => {
    const done = await here.chat.press(stranger, await here.chat.command(stranger, 'forget', { name: 'ME' }), 'Forget')
    expect(done!.text).toBe('Done. I have deleted 0 sentences and what you asked me to draw.')
  })

  it('is offered while one types', async () => {
    const complete = (typed: string) => here.bot.complete(here.chat.place(), an, 'forget', 'name', typed, 25)
    expect((await complete('')).map(({ value }) => value)).toEqual(['me', 'Mắm'])
    expect((await complete('ma')).map(({ value }) => value)).toEqual(['Mắm'])
  })
})
