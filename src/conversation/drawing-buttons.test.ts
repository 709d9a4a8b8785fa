import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { person, type Seen, tenant } from '../../test/fakes/chat.ts'
import { type Home, home } from '../../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')
const stranger = person('Quân')
const boss = person('Boss', { admin: true })
let here: Home

beforeEach(async () => {
  here = await home()
  here.chat.adminIds = [boss.id]
  await here.taught('Mắm')
})

const draw = async (text = '@Familiar draw Mắm at the beach', who = lan) => (await here.chat.write(who, text))!

it('a drawing is posted as a marked PNG with alt text and three buttons', async () => {
  const seen = await draw()
  expect(seen.text).toBe('AI-generated')
  expect(seen.pictures).toMatchObject([{ name: 'mam.png', altText: 'Drawing of Mắm, AI-generated' }])
  const { format, xmp } = await sharp(seen.pictures![0]!.bytes).metadata()
  expect(format).toBe('png')
  expect(xmp!.toString()).toContain('trainedAlgorithmicMedia')
  expect(seen.buttons!.map(({ label }) => label)).toEqual(['Redraw', 'Delete', 'Report'])
  for (const { action } of seen.buttons!) expect(action.length).toBeLessThanOrEqual(100)
})

it('takes the model’s own words and description where it has some', async () => {
  const drawing = await here.engine.answer({ text: 'draw' })
  here.engine.answer = () => ({ ...drawing, text: 'Here you are.', altText: 'Drawing of Mắm at sea, AI-generated' })
  const seen = await draw()
  expect(seen.text).toBe('Here you are.\nAI-generated')
  expect(seen.pictures![0]!.altText).toBe('Drawing of Mắm at sea, AI-generated')
})

describe('redraw', () => {
  it('asks the same with another seed, for anybody', async () => {
    const seen = await draw()
    const again = await here.chat.press(stranger, seen, 'Redraw')
    expect(again!.pictures).toHaveLength(1)
    const [first, second] = here.engine.turns
    expect(second).toMatchObject({ text: first!.text, concepts: first!.concepts })
    expect(second!.seed).toBeTypeOf('number')
    expect(second!.seed).not.toBe(first!.seed)
    const third = await here.chat.press(lan, again, 'Redraw')
    expect(third!.pictures).toHaveLength(1)
  })

  it('is one drawing when it is pressed twice', async () => {
    const seen = await draw()
    await Promise.all([here.chat.press(lan, seen, 'Redraw'), here.chat.press(an, seen, 'Redraw')])
    expect(here.engine.turns).toHaveLength(2)
    expect(here.chat.messages.some(({ text }) => text === 'I am drawing it already.')).toBe(true)
  })

  it('uses the concept as it is now, also after a restart', async () => {
    const seen = await draw()
    await here.taught('Mắm')
    const later = await here.restart()
    await later.chat.press(lan, seen, 'Redraw')
    expect(here.engine.turns.at(-1)!.concepts![0]).toBe(here.library.concepts.get('concept-1.2'))
  })

  it('needs what it was about', async () => {
    const earlier = async () => [{ from: 'user' as const, text: 'What about Mắm?' }]
    const seen = (await here.chat.write(lan, '@Familiar draw it in the snow', { earlier }))!
    await here.chat.press(lan, seen, 'Redraw')
    expect(here.engine.turns.at(-1)).toMatchObject({ earlier: await earlier(), concepts: [{ name: 'Mắm' }] })
    const later = await here.restart()
    const old = await later.chat.press(lan, seen, 'Redraw')
    expect(old!.text).toContain('I no longer know what was asked')
  })

  it('does not draw whoever was forgotten', async () => {
    const seen = await draw()
    await here.library.forget(tenant, 'concept-1')
    expect((await here.chat.press(lan, seen, 'Redraw'))!.text).toBe('I do not know who is in this drawing any more.')
  })

  it('counts as a drawing of whoever presses', async () => {
    here = await home({ quotas: { draw: { person: [1, 'hour'] } } })
    await here.taught('Mắm')
    const seen = await draw()
    expect((await here.chat.press(lan, seen, 'Redraw'))!.text).toContain('You have had your drawings')
    expect((await here.chat.press(an, seen, 'Redraw'))!.pictures).toHaveLength(1)
  })
})

describe('delete', () => {
  const gone = async (who: typeof an, seen: Seen) => {
    await here.chat.press(who, seen, 'Delete')
    return here.chat.now(seen) === undefined
  }

  it('is for whoever asked, the owner, the depicted member and admins', async () => {
    await here.taught('Lan', { kind: 'person', depicts: 'Lan', owner: 'An' })
    const asker = person('Chi')
    expect(await gone(asker, await draw('@Familiar draw Mắm', asker))).toBe(true)
    expect(await gone(an, await draw('@Familiar draw Mắm', asker))).toBe(true)
    expect(await gone(lan, await draw('@Familiar draw Mắm and Lan', asker))).toBe(true)
    expect(await gone(boss, await draw('@Familiar draw a tree', asker))).toBe(true)
    const seen = await draw('@Familiar draw Mắm', asker)
    expect(await gone(stranger, seen)).toBe(false)
    expect(await gone(lan, seen)).toBe(false)
    expect(here.chat.last.text).toBe('Only whoever asked for it, whose it is or an admin can delete it.')
  })

  it('works after a restart', async () => {
    const seen = await draw()
    const later = await here.restart()
    await later.chat.press(lan, seen, 'Delete')
    expect(later.chat.now(seen)).toBeUndefined()
  })
})

describe('a report', () => {
  it('reaches the admins with what was asked, once for each person', async () => {
    const { chat } = here
    const seen = await draw()
    await chat.press(stranger, seen, 'Report')
    const reports = () => chat.messages.filter(({ text }) => text.includes('has reported'))
    expect(reports()).toMatchObject([
      { text: 'Quân has reported a drawing that Lan asked for: “draw Mắm at the beach”' },
    ])
    expect(reports()[0]!.place.channel).toBe('direct id-Boss')
    expect(reports()[0]!.pictures![0]!.bytes).toBe(seen.pictures![0]!.bytes)
    expect(chat.last).toMatchObject({ text: 'Thank you. Those who run this place have been told.', to: stranger.id })
    expect((await chat.press(stranger, seen, 'Report'))!.text).toBe('You have reported this already, thank you.')
    await chat.press(an, seen, 'Report')
    expect(reports()).toHaveLength(2)
    await chat.press(boss, reports()[0], 'Delete this drawing')
    expect(chat.now(seen)).toBeUndefined()
    expect(reports()).toHaveLength(2)
  })

  it('goes to the channel that the admins chose', async () => {
    const { chat } = here
    await chat.command(boss, 'settings', { reports: 'here' }, { place: chat.place('moderators') })
    await chat.press(stranger, await draw(), 'Report')
    expect(chat.messages.filter(({ place }) => place.channel === 'direct id-Boss')).toEqual([])
    expect(chat.messages.some(({ place, text }) => place.channel === 'moderators' && text.includes('reported'))).toBe(
      true,
    )
  })

  it('falls back to the admins when that channel is gone, and says when nobody can be reached', async () => {
    const { chat } = here
    await chat.command(boss, 'settings', { reports: 'here' }, { place: chat.place('moderators') })
    chat.closedChannels.add('moderators')
    const seen = await draw()
    await chat.press(stranger, seen, 'Report')
    expect(chat.messages.some(({ place }) => place.channel === 'direct id-Boss')).toBe(true)
    chat.closedChannels.add('direct id-Boss')
    await chat.press(an, seen, 'Report')
    expect(chat.last.text).toContain('I could not reach those who run this place')
    chat.closedChannels.delete('direct id-Boss')
    await chat.press(an, seen, 'Report')
    expect(chat.last.text).toContain('Thank you')
  })

  it('can be made after a restart', async () => {
    const seen = await draw()
    const later = await here.restart()
    await later.chat.press(stranger, seen, 'Report')
    expect(later.chat.messages.some(({ text }) => text.includes('“draw Mắm at the beach”'))).toBe(true)
  })
})

describe('safety', () => {
  beforeEach(async () => {
    await here.taught('Lan', { kind: 'person', depicts: 'Lan' })
  })

  it('refuses before the model draws', async () => {
    for (const text of ['draw Lan naked', 'draw a naked woman', 'vẽ Lan khỏa thân', 'draw Mắm having s3x'])
      expect((await draw(`@Familiar ${text}`)).text).toBe('I do not draw that.')
    expect(here.engine.turns).toEqual([])
    expect((await draw('@Familiar draw Mắm naked')).pictures).toHaveLength(1)
  })

  it('refuses a picture that came back all the same', async () => {
    const drawing = here.engine.answer({ text: 'draw' })
    here.engine.answer = () => drawing
    const said = await draw('@Familiar Lan, naked on the beach, thanks')
    expect(said).toMatchObject({ text: 'I do not draw that.' })
    expect(said.pictures).toBeUndefined()
  })

  it('does not let the turns before bring it in', async () => {
    const earlier = async () => [
      { from: 'user' as const, text: 'Lan is naked' },
      { from: 'user' as const, text: 'Lan is at the beach' },
    ]
    await here.chat.write(stranger, '@Familiar draw that', { earlier })
    expect(here.engine.turns.at(-1)!.earlier).toEqual([{ from: 'user', text: 'Lan is at the beach' }])
  })

  it('asks a question about such words as any other', async () => {
    expect((await draw('@Familiar why are mole rats naked?')).text).toBe('You said: why are mole rats naked?')
  })

  it('has the operator’s own list on top', async () => {
    here = await home({ blockList: ['clown*'] })
    await here.taught('Mắm')
    expect((await draw('@Familiar draw Mắm as a clown')).text).toBe('I do not draw that.')
  })

  it('does not remember such a sentence', async () => {
    expect((await draw('@Familiar remember that Lan is naked')).text).toBe('I would rather not remember that.')
  })
})

it('a full disk costs the buttons, not the drawing', async () => {
  const store = here.shelf.store('drawings')
  here.shelf.fail('drawings', true)
  const seen = await draw()
  expect(seen.pictures).toHaveLength(1)
  expect(seen.buttons).toBeUndefined()
  here.shelf.fail('drawings', false)
  expect(await store.entries()).toEqual([])
})

it('forgets what somebody had drawn, with them', async () => {
  await draw()
  expect(await here.shelf.store('drawings').entries()).toHaveLength(1)
  const ask = await here.chat.command(lan, 'forget', { name: 'me' })
  await here.chat.press(lan, ask, 'Forget')
  expect(await here.shelf.store('drawings').entries()).toEqual([])
})
