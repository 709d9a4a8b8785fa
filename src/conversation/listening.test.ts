import { beforeEach, describe, expect, it } from 'vitest'
import { FamiliarError } from '../../engine/errors.ts'
import { person, picture, tenant } from '../../test/fakes/chat.ts'
import { album, concept, type Home, home } from '../../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')
let here: Home

beforeEach(async () => {
  here = await home()
  await here.taught('Mắm')
  await here.taught('Bo')
})

describe('the bot answers', () => {
  it('when it is mentioned', async () => {
    const said = await here.chat.write(lan, '@Familiar what is Mắm doing?')
    expect(said!.text).toBe('You said: what is Mắm doing?')
    expect(here.chat.busyFor).toContain(lan.id)
  })

  it('in a direct message', async () => {
    const place = { tenant, channel: 'direct', direct: true }
    expect((await here.chat.write(lan, 'hello', { place }))!.text).toBe('You said: hello')
  })

  it('when it is replied to', async () => {
    const repliedTo = { fromBot: true, text: 'A cat', pictures: [] }
    expect((await here.chat.write(lan, 'and what else', { repliedTo }))!.text).toBe('You said: and what else')
  })

  it('not otherwise', async () => {
    expect(await here.chat.write(lan, 'what is Mắm doing?')).toBeUndefined()
    const repliedTo = { fromBot: false, text: 'A cat', pictures: [] }
    expect(await here.chat.write(lan, 'and what else', { repliedTo })).toBeUndefined()
    expect(here.engine.turns).toEqual([])
  })

  it('never a bot', async () => {
    const robot = person('Robot', { bot: true })
    expect(await here.chat.write(robot, '@Familiar what is Mắm doing?')).toBeUndefined()
    expect(await here.chat.command(robot, 'help')).toBeUndefined()
  })

  it('a bare mention with what to say', async () => {
    expect((await here.chat.write(lan, '@Familiar'))!.text).toBe(
      'Hello! Ask me about **Bo** and **Mắm**, or say “help”.',
    )
    const empty = await home()
    expect((await empty.chat.write(lan, '@Familiar'))!.text).toContain('I do not know anybody here yet')
  })
})

describe('a channel that listens to names', () => {
  beforeEach(() => here.settings.listen(here.chat.place(), 'names'))

  it.each([
    'what is Mắm doing?',
    'Is that BO?',
    'draw bo at the beach',
    'where was Mắm yesterday',
    'please show me Mắm',
    'Mắm đang ở đâu',
    'vẽ Mắm đi',
    'Mắm có ngoan không',
  ])('has its questions and requests answered: %s', async text => {
    expect(await here.chat.write(lan, text)).toBeDefined()
  })

  it.each([
    'Mắm is asleep',
    'Mắm dễ thương thế!',
    'what is going on?',
    'who is Mắmy?',
    'draw me a bottle',
    'hahaha Bo',
  ])('but not everything else: %s', async text => {
    expect(await here.chat.write(lan, text)).toBeUndefined()
  })

  it('leaves questions to others alone', async () => {
    expect(await here.chat.write(an, '@Lan what is Mắm doing?', { mentions: [lan] })).toBeUndefined()
  })

  it('is that channel only', async () => {
    expect(await here.chat.write(lan, 'where is Bo?', { place: here.chat.place('kitchen') })).toBeUndefined()
  })
})

it('says nothing in a channel where it is off, but to commands', async () => {
  await here.settings.listen(here.chat.place(), 'off')
  expect(await here.chat.write(lan, '@Familiar what is Mắm doing?')).toBeUndefined()
  expect(await here.chat.command(lan, 'concepts')).toBeDefined()
})

describe('one question, one answer', () => {
  it('also when it arrives twice, at once or after a restart', async () => {
    const again = { id: 'same' }
    await Promise.all([
      here.chat.write(lan, '@Familiar what is Mắm doing?', again),
      here.chat.write(lan, '@Familiar what is Mắm doing?', again),
    ])
    await here.chat.write(lan, '@Familiar what is Mắm doing?', again)
    const later = await here.restart()
    await later.chat.write(lan, '@Familiar what is Mắm doing?', again)
    expect(here.engine.turns).toHaveLength(1)
    expect(here.chat.messages).toHaveLength(1)
  })

  it('for commands, buttons and forms as well', async () => {
    const pictures = await album(3)
    for (let time = 0; time < 2; time++) await here.chat.command(an, 'teach', { name: 'Đào', pictures }, { id: 'same' })
    expect(here.chat.cards).toHaveLength(1)
    const ask = await here.chat.command(an, 'forget', { name: 'Bo' })
    await here.chat.press(an, ask, 'Forget', 'press')
    await here.chat.pressAction(an, ask!, ask!.buttons![0]!.action, 'press')
    expect(here.chat.messages.filter(({ text }) => text.includes('forgotten **Bo**'))).toHaveLength(1)
    expect(here.chat.messages.filter(({ text }) => text.includes('do not know them'))).toHaveLength(0)
  })
})

describe('what the model is asked', () => {
  it('has the concepts that are named, in their order, with what is remembered of them', async () => {
    const { chat, engine, library } = here
    const [bo, mam] = (await library.list(tenant)).map(({ id }) => ({ id })) as [{ id: string }, { id: string }]
    await library.remember(tenant, [bo.id, mam.id], { text: "Bo is Mắm's brother", by: an.id })
    await library.remember(tenant, [mam.id], { text: 'Mắm likes fish', by: an.id })
    await chat.write(lan, "@Familiar who is Bo's brother?")
    expect(engine.turns.at(-1)).toMatchObject({
      text: "who is Bo's brother?",
      concepts: [{ name: 'Bo' }, { name: 'Mắm' }],
      facts: ["Bo is Mắm's brother"],
    })
    await chat.write(lan, '@Familiar draw mắm and Bo')
    expect(engine.turns.at(-1)).toMatchObject({
      concepts: [{ name: 'Mắm' }, { name: 'Bo' }],
      facts: ["Bo is Mắm's brother", 'Mắm likes fish'],
    })
    await chat.write(lan, '@Familiar how are you')
    expect(engine.turns.at(-1)).toMatchObject({ concepts: [], facts: [] })
  })

  it('is nothing about somebody who is only being learned: when they can be asked about is said', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const pictures = await album(3)
    await chat.command(an, 'teach', { name: 'Kiwi', pictures })
    await chat.command(an, 'teach', { name: 'Lulu', pictures })
    await chat.command(an, 'teach', { name: 'Lan', pictures, person: lan })
    const asked = async (text: string) => (await chat.write(lan, `@Familiar ${text}`))!.text
    expect(await asked('draw Kiwi at the beach')).toBe('I am just learning **Kiwi**. Ask me again in about 10 seconds.')
    expect(await asked('what does Lulu look like?')).toBe('I have not learned **Lulu** yet: they are next in line.')
    expect(await asked('who is Lan?')).toMatch(/^I have not learned \*\*Lan\*\* yet: I am waiting for an answer/)
    expect(await asked('draw kiwy')).toBe('I do not know “kiwy”. Did you mean **Kiwi**?')
    expect(engine.turns).toEqual([])
    release()
    await chat.until(() => chat.messages.find(({ text }) => text.startsWith('I know **Kiwi** now')))
    expect(await asked('what does Kiwi look like?')).toBe('You said: what does Kiwi look like?')
  })

  it('is the old version while somebody is learned anew', async () => {
    const { chat, engine } = here
    const question = await chat.command(an, 'teach', { name: 'Mắm', pictures: await album(3) })
    const release = engine.hold()
    await chat.press(an, question, 'Replace')
    expect((await chat.write(lan, '@Familiar what is Mắm doing?'))!.text).toBe('You said: what is Mắm doing?')
    release()
  })

  it('has the last turns, and the concept that they are about', async () => {
    const { chat, engine } = here
    const earlier = [
      { from: 'user' as const, text: 'Draw Bo' },
      { from: 'user' as const, text: 'And what is Mắm?' },
      { from: 'bot' as const, text: 'A cat.' },
    ]
    const asked: number[] = []
    await chat.write(lan, '@Familiar what does it eat?', {
      earlier: async count => {
        asked.push(count)
        return earlier
      },
      repliedTo: { fromBot: true, text: 'Something with fur.', pictures: [] },
    })
    expect(asked).toEqual([6])
    expect(engine.turns.at(-1)).toMatchObject({
      earlier: [...earlier, { from: 'bot', text: 'Something with fur.' }],
      concepts: [{ name: 'Mắm' }, { name: 'Bo' }],
    })
  })

  it('has the pictures of the message, or of the one that it replies to', async () => {
    const { chat, engine } = here
    const [one, two] = (await album(2)) as [never, never]
    await chat.write(lan, '@Familiar what is Bo doing here?', { pictures: [one] })
    expect(engine.turns.at(-1)!.images).toHaveLength(1)
    const repliedTo = { fromBot: false, text: '', pictures: [one, two] }
    await chat.write(lan, '@Familiar is Mắm in this?', { repliedTo })
    expect(engine.turns.at(-1)!.images).toHaveLength(2)
    // A new drawing is no question about the last one.
    await chat.write(lan, '@Familiar draw Mắm in the snow', { repliedTo: { ...repliedTo, fromBot: true } })
    expect(engine.turns.at(-1)!.images).toHaveLength(0)
  })

  it('leaves out concepts of another model, and says so', async () => {
    await here.library.save(tenant, { concept: concept('Đào', 'pet', { fingerprint: 'beef' }), owner: an })
    const said = await here.chat.write(lan, '@Familiar what is Đào?')
    expect(said!.text).toBe(
      'Đào was taught to another model and means nothing to this one (scripted). Please teach me again.',
    )
    expect(here.engine.turns).toEqual([])
  })

  it('says of whom it knows nothing any more because a file is damaged', async () => {
    const record = (await here.library.find(tenant, 'Bo'))!
    here.library.concepts.delete(record.file)
    const said = await here.chat.write(lan, '@Familiar what are Mắm and Bo doing?')
    expect(said!.text).toBe('What I have learned of Bo is damaged, so that I cannot read it. Please teach me again.')
    expect(here.engine.turns).toEqual([])
  })

  it('bad pictures are answered with a sentence', async () => {
    const bad = picture(new Uint8Array(), 'cat.jpg')
    const said = await here.chat.write(lan, '@Familiar what is this?', { pictures: [bad] })
    expect(said!.text).toMatch(/^Expected a JPEG, .* for cat\.jpg but received an empty file/)
    const five = await here.chat.write(lan, '@Familiar what is this?', { pictures: await album(5) })
    expect(five!.text).toBe('Expected 0 to 4 pictures but received 5')
  })
})

describe('a misspelt name', () => {
  it('is asked about once, and the question goes on as it was meant', async () => {
    const { chat, engine } = here
    const said = await chat.write(lan, '@Familiar what is mam doing?')
    expect(said!.text).toBe('I do not know “mam”. Did you mean **Mắm**?')
    expect(engine.turns).toEqual([])
    expect((await chat.press(an, said, 'Yes, Mắm'))!.text).toBe('This button is too old. Please start again.')
    expect((await chat.press(lan, said, 'Yes, Mắm'))!.text).toBe('You said: what is Mắm doing?')
    expect(engine.turns.at(-1)!.concepts).toMatchObject([{ name: 'Mắm' }])
    await chat.press(lan, said, 'No, as I wrote it')
    expect(engine.turns).toHaveLength(1)
  })

  it('may be none', async () => {
    const said = await here.chat.write(lan, '@Familiar what is mam doing?')
    expect((await here.chat.press(lan, said, 'No, as I wrote it'))!.text).toBe('You said: what is mam doing?')
  })

  it('is not seen in everyday words', async () => {
    await here.taught('Bé')
    await here.taught('Cát')
    for (const text of ['will it be sunny?', 'draw a cat by the sea', 'what can you do for me'])
      expect((await here.chat.write(lan, `@Familiar ${text}`))!.text).not.toContain('Did you mean')
  })
})

describe('what goes wrong', () => {
  it('is said as it is when it was to be expected', async () => {
    here.engine.answer = () => new FamiliarError('BAD_TURN', 'Expected a message of at most 100 words')
    expect((await here.chat.write(lan, '@Familiar hello there'))!.text).toBe('Expected a message of at most 100 words')
  })

  it('is otherwise said kindly, and logged without what anybody wrote', async () => {
    here.engine.answer = ({ text }) => new TypeError(`cannot read "${text}" of Mắm`)
    const said = await here.chat.write(lan, '@Familiar my secret is blue')
    expect(said!.text).toBe('Something went wrong on my side. It has been noted; please try again.')
    const log = here.log.lines.join('\n')
    expect(log).toMatch(/error a message failed .*TypeError.*chat-bot\.ts/)
    expect(log).not.toMatch(/secret|Mắm|Lan/)
  })

  it('never throws, even when nobody can be told', async () => {
    here.engine.answer = () => {
      here.chat.closedChannels.add('garden')
      return new TypeError('x')
    }
    await here.chat.write(lan, '@Familiar hello there')
    expect(here.chat.messages).toEqual([])
  })
})

describe('quotas', () => {
  it('say when the next question is free, and do not count what failed', async () => {
    here = await home({
      quotas: { ask: { person: [2, 'minute'] }, draw: { person: [1, 'hour'], tenant: [2, 'hour'] } },
    })
    const { chat, engine } = here
    const good = engine.answer
    engine.answer = () => new FamiliarError('ENGINE_CRASHED', 'Expected an answer')
    await chat.write(lan, '@Familiar one')
    engine.answer = good
    await chat.write(lan, '@Familiar two')
    await chat.write(lan, '@Familiar three')
    const said = await chat.write(lan, '@Familiar four')
    expect(said!.text).toMatch(/^You have asked a lot for now\. The next question is free in (60|59) seconds\.$/)
    expect(said!.to).toBe(lan.id)
    expect((await chat.write(an, '@Familiar five'))!.text).toBe('You said: five')
    expect((await chat.write(lan, '@Familiar draw a cat'))!.pictures).toHaveLength(1)
    expect((await chat.write(lan, '@Familiar draw a cat'))!.text).toContain('You have had your drawings for now')
    expect((await chat.write(an, '@Familiar draw a cat'))!.pictures).toHaveLength(1)
    const help = await chat.command(lan, 'help')
    expect(help!.text).not.toContain('You have left')
    expect((await chat.write(person('Phú'), '@Familiar draw a cat'))!.text).toContain('This chat has had its drawings')
  })

  it('that are used up are said once to a flood of messages, of which nothing is fetched', async () => {
    here = await home({ quotas: { ask: { person: [3, 'hour'] } } })
    await here.taught('Bo')
    const { chat, engine } = here
    let fetching = 0
    const fetched: number[] = []
    const earlier = async () => {
      fetched.push(++fetching)
      await new Promise(resolve => setTimeout(resolve, 2))
      fetching--
      return []
    }
    const flood = Array.from({ length: 200 }, (_, i) => chat.write(lan, `@Familiar and ${i}?`, { earlier }))
    const other = chat.write(an, '@Familiar excuse me')
    await Promise.all([...flood, other])
    const said = (part: string) => chat.messages.filter(({ text }) => text.includes(part))
    expect(said('You have asked a lot for now')).toHaveLength(1)
    expect(said('You said: and')).toHaveLength(3)
    expect(said('You said: excuse me')).toHaveLength(1)
    // One at a time: others’ requests to the platform do not wait behind them.
    expect(fetched).toEqual([1, 1, 1])
    expect(engine.turns.findIndex(({ text }) => text === 'excuse me')).toBeLessThan(2)
    // Whoever uses a command is told each time.
    for (let i = 0; i < 2; i++)
      expect((await chat.command(lan, 'remember', { fact: 'Bo is big' }))!.text).toContain('You have asked a lot')
  })

  it('are for a drawing, too, that nobody asked for', async () => {
    here = await home({ quotas: { draw: { person: [1, 'hour'] } } })
    const drawing = here.engine.answer({ text: 'draw' })
    here.engine.answer = () => drawing
    expect((await here.chat.write(lan, '@Familiar a cat on the moon'))!.pictures).toHaveLength(1)
    expect((await here.chat.write(lan, '@Familiar draw a cat'))!.text).toContain('You have had your drawings')
  })
})
