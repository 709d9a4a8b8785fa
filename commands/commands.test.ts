import { beforeEach, describe, expect, it } from 'vitest'
import { LOCALES, text } from '../src/texts/texts.ts'
import { person, tenant } from '../test/fakes/chat.ts'
import { album, concept, type Home, home } from '../test/fakes/chat-bot.ts'
import { commands } from './index.ts'

const an = person('An')
const lan = person('Lan')
const boss = person('Boss', { admin: true })
let here: Home

beforeEach(async () => {
  here = await home()
})

describe('the table of commands', () => {
  it('is what platforms take: short names and descriptions, in every language', () => {
    for (const locale of LOCALES) {
      const names = commands.map(command => text(locale, command.localName))
      expect(new Set(names).size).toBe(names.length)
      for (const name of names) expect(name).toMatch(/^[-\p{Ll}]{1,32}$/u)
      for (const { description, options } of commands) {
        expect(text(locale, description).length).toBeLessThanOrEqual(100)
        for (const option of options) {
          expect(text(locale, option.description).length, option.description).toBeLessThanOrEqual(100)
          if (option.type === 'choice')
            for (const choice of option.choices) expect(text(locale, choice.label).length).toBeLessThanOrEqual(100)
        }
      }
    }
  })

  it('asks for what is required before what is not', () => {
    for (const { options } of commands) {
      const required = options.map(option => option.required === true)
      expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)))
    }
  })

  it('is checked when it is used: commands that are not there, and those of admins', async () => {
    expect((await here.chat.command(an, 'dance'))!.text).toBe('I have no command “dance”.')
    expect((await here.chat.command(an, 'settings', { listen: 'off' }))!.text).toBe(
      'Only those who run this place may do that.',
    )
    expect(await here.settings.listening(here.chat.place())).toBe('mention')
  })
})

describe('concepts', () => {
  it('shows who was taught, with samples, owners, kinds, scores and sentences', async () => {
    const { chat, library } = here
    expect((await chat.command(an, 'concepts'))!.text).toContain('I do not know anybody here yet')
    await library.save(tenant, { concept: concept('Mắm'), owner: an, sample: new Uint8Array([1]) })
    await here.taught('Lan', { kind: 'person', depicts: 'Lan', owner: 'Lan', facts: ['Lan likes tea'] })
    const list = await chat.write(an, '@Familiar whom do you know?')
    expect(list!.text).toBe(
      [
        'I know 2 here:',
        '• **Lan**, person, taught by Lan, recognised 93 times out of 100, 1 sentence',
        '• **Mắm**, pet, taught by An, recognised 93 times out of 100',
      ].join('\n'),
    )
    expect(list!.pictures).toEqual([
      { name: 'mam.png', bytes: new Uint8Array([1]), altText: 'Drawing of Mắm, AI-generated' },
    ])
    const one = await chat.command(an, 'concepts', { name: 'lan' })
    expect(one!.text).toBe(
      [
        '**Lan**, person, taught by Lan',
        'It shows Lan, who has agreed.',
        'What I see: a grey cat with a red hat',
        'On pictures that I had not seen before, I told Lan from others 93 times out of 100.',
        '• Lan likes tea',
      ].join('\n'),
    )
    expect((await chat.command(an, 'concepts', { name: 'mam' }))!.text).toContain('Did you mean **Mắm**?')
    const typed = await here.bot.complete(chat.place(), an, 'concepts', 'name', 'm', 25)
    expect(typed).toEqual([{ value: 'Mắm', label: 'Mắm' }])
  })

  it('says who agreed, and which were learned by another model', async () => {
    await here.taught('Lan', { kind: 'person', depicts: 'Lan', owner: 'An' })
    expect((await here.chat.command(an, 'concepts', { name: 'Lan' }))!.text).toContain(
      'The person it shows has agreed.',
    )
    await here.library.save(tenant, { concept: concept('Bo', 'pet', { fingerprint: 'beef' }), owner: an })
    expect((await here.chat.command(an, 'concepts', { name: 'Bo' }))!.text).toContain('Bo was taught to another model')
  })
})

describe('who', () => {
  beforeEach(async () => {
    await here.taught('Mắm')
    await here.taught('Bo')
  })

  it('says who is in a picture, of the message or of the one replied to', async () => {
    const { chat, engine } = here
    const [one] = (await album(1)) as [never]
    engine.present = { Mắm: 0.95 }
    expect((await chat.command(an, 'who', { picture: [one] }))!.text).toBe('I see **Mắm**.')
    for (const said of ['who is this?', 'Who’s in this picture', 'đây là ai?', ''])
      expect((await chat.write(an, `@Familiar ${said}`, { pictures: [one] }))!.text).toBe('I see **Mắm**.')
    const repliedTo = { fromBot: false, text: '', pictures: [one] }
    expect((await chat.write(an, '@Familiar who do you see?', { repliedTo }))!.text).toBe('I see **Mắm**.')
    expect(engine.turns).toEqual([])
    expect(engine.recognised[0]!.map(({ name }) => name)).toEqual(['Bo', 'Mắm'])
  })

  it('says who is in a picture on whose message it was chosen', async () => {
    const { chat, engine } = here
    engine.present = { Mắm: 0.95 }
    const on = { from: an, text: '', pictures: await album(1) }
    expect((await chat.command(an, 'who', {}, { on }))!.text).toBe('I see **Mắm**.')
    expect((await chat.command(an, 'who', {}, { on: { ...on, pictures: [] } }))!.text).toMatch(/^Show me a picture/)
  })

  it('hesitates where it is not sure, and says so when it knows nobody', async () => {
    const { chat, engine } = here
    const pictures = await album(2)
    engine.present = { Mắm: 0.95, Bo: 0.6 }
    expect((await chat.command(an, 'who', { picture: pictures.slice(1) }))!.text).toBe(
      'I see **Mắm**. Perhaps **Bo** too.',
    )
    engine.present = { Bo: 0.6 }
    expect((await chat.command(an, 'who', { picture: pictures }))!.text).toBe(
      '1: That may be **Bo**, but I am not sure.\n2: That may be **Bo**, but I am not sure.',
    )
    engine.present = {}
    expect((await chat.command(an, 'who', { picture: pictures.slice(1) }))!.text).toBe('I see nobody here whom I know.')
  })

  it('needs a picture, and somebody to know', async () => {
    expect((await here.chat.command(an, 'who'))!.text).toContain('Show me a picture')
    expect((await here.chat.write(an, '@Familiar who is this?'))!.text).toContain('Show me a picture')
    const empty = await home()
    expect((await empty.chat.command(an, 'who', { picture: await album(1) }))!.text).toContain('I do not know anybody')
  })
})

describe('remember', () => {
  beforeEach(async () => {
    await here.taught('Mắm')
    await here.taught('Bo', { owner: 'Lan' })
  })

  it('keeps a sentence with everybody whom it names, lists it and forgets it', async () => {
    const { chat, library } = here
    const said = await chat.write(an, '@Familiar remember that Bo is Mắm’s brother')
    expect(said!.text).toBe('I will remember about **Bo** and **Mắm**: “Bo is Mắm’s brother”')
    for (const name of ['Bo', 'Mắm'])
      expect((await library.find(tenant, name))!.facts.map(({ text, by }) => [text, by])).toEqual([
        ['Bo is Mắm’s brother', an.id],
      ])
    expect((await chat.command(lan, 'remember', { fact: 'bo is mắm’s  brother' }))!.text).toBe('I know that already.')
    expect((await chat.command(lan, 'remember'))!.text).toBe('This is what I remember:\n• Bo is Mắm’s brother')
    expect((await chat.write(an, '@Familiar forget that bo is mam’s brother'))!.text).toContain('I no longer remember')
    expect((await chat.command(lan, 'remember'))!.text).toContain('I do not remember anything yet')
  })

  it('needs somebody to remember it of, and a sentence that is not too long', async () => {
    const { chat } = here
    const add = async (fact: string) => (await chat.command(an, 'remember', { fact }))!.text
    expect(await add('the sky is blue')).toContain('Whom is that about?')
    expect(await add('mam likes fish')).toBe('I do not know “mam”. Did you mean **Mắm**?')
    expect(await add(`Mắm ${'x'.repeat(200)}`)).toBe(
      'I can remember sentences of up to 200 characters; this one has 204.',
    )
    for (let n = 0; n < 30; n++) await add(`Mắm has ${n} toys`)
    expect(await add('Mắm is full')).toContain('I can keep 30 sentences about **Mắm**')
  })

  it('lets those take a sentence back who said it or whom it is about', async () => {
    const { chat, bot } = here
    await chat.command(person('Quân'), 'remember', { fact: 'Bo likes milk' })
    const drop = async (who: typeof an) => (await chat.command(who, 'remember', { delete: 'Bo likes milk.' }))!.text
    expect(await drop(an)).toBe('Only whoever said that, whom it is about or an admin can take it back.')
    expect(await bot.complete(chat.place(), an, 'remember', 'delete', '', 25)).toEqual([])
    const [choice] = await bot.complete(chat.place(), lan, 'remember', 'delete', 'mil', 25)
    expect(choice!.label).toBe('Bo likes milk')
    expect((await chat.command(lan, 'remember', { delete: choice!.value }))!.text).toContain('I no longer remember')
    expect(await drop(boss)).toBe('I do not remember such a sentence.')
  })
})

describe('privacy', () => {
  it('says what is kept, of whom, and how to have it deleted', async () => {
    await here.taught('Mắm', { facts: ['Mắm likes fish'] })
    const said = await here.chat.command(an, 'privacy')
    expect(said!.to).toBe(an.id)
    expect(said!.text).toContain('deleted when the lesson is over')
    expect(said!.text).toContain('for 30 days')
    expect(said!.text).toContain('“forget me” deletes everything of you')
    expect(said!.text).toContain('Of you I have: 1 name that you taught me or that is you, 1 sentence.')
    here = await home({ policy: { retainPhotos: true } })
    expect((await here.chat.write(an, '@Familiar privacy'))!.text).toContain('has me keep them until')
  })
})

describe('help', () => {
  it('shows what to say, with somebody who is known, and what is left', async () => {
    here = await home({
      quotas: { teach: { person: [5, 'day'] }, ask: { person: [60, 'hour'] }, draw: { person: [30, 'hour'] } },
      policy: { exemptRoles: ['patron'] },
    })
    await here.taught('Bo')
    const said = await here.chat.write(an, '@Familiar help')
    expect(said!.text).toContain('“Draw Bo at the beach”')
    expect(said!.text).toContain('You have left for now: 60 questions, 30 drawings, 5 lessons.')
    const patron = person('Phú', { roles: ['patron'], locale: 'vi' })
    const vi = await here.chat.write(patron, '@Familiar giúp với')
    expect(vi!.text).toContain('“Nhớ rằng Bo thích ăn cá”')
    expect(vi!.text).not.toContain('Hiện bạn còn')
  })
})

describe('settings', () => {
  it('are shown and set by those who run the tenant, for one channel', async () => {
    const { chat, settings } = here
    expect((await chat.command(boss, 'settings'))!.text).toBe(
      'In this channel I answer: When mentioned. Reports go: To the admins, directly.',
    )
    const said = await chat.command(boss, 'settings', { listen: 'names', reports: 'here' })
    expect(said!.text).toBe(
      'In this channel I answer: Also when a taught name is used in a question. Reports go: To this channel.',
    )
    const other = await chat.command(boss, 'settings', { listen: 'loudly' }, { place: chat.place('kitchen') })
    expect(other!.text).toBe('In this channel I answer: When mentioned. Reports go: To another channel.')
    await chat.command(boss, 'settings', { reports: 'admins' })
    expect(await settings.reportsTo(tenant)).toBeUndefined()
    expect(await settings.listening(chat.place())).toBe('names')
  })
})
