import { beforeEach, describe, expect, it } from 'vitest'
import { FamiliarError } from '../../engine/errors.ts'
import { person, tenant } from '../../test/fakes/chat.ts'
import { album, type Home, home, plain } from '../../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')
const boss = person('Boss', { admin: true })
let here: Home
let pictures: Awaited<ReturnType<typeof album>>

beforeEach(async () => {
  here = await home()
  pictures = await album(3)
})

const told = (home: Home, beginning: string) =>
  home.chat.until(() => home.chat.messages.find(({ text }) => text.startsWith(beginning)))
const teach = async (name: string, who = an, home = here) =>
  (await home.chat.command(who, 'teach', { name, pictures }))!

describe('the card of a lesson', () => {
  it('says its place in line, and moves on with it', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const first = await teach('Mắm')
    const second = await teach('Bo')
    const third = await teach('Đào', lan)
    expect(second.card).toMatchObject({ state: 'waiting', status: 'Next in line' })
    expect(third.card).toMatchObject({ state: 'waiting', status: 'Number 2 in line' })
    expect(first.card!.state).toBe('running')
    release()
    await told(here, 'I know **Đào** now!')
    await chat.until(() => chat.now(third)?.card?.state === 'done')
    expect(chat.now(third)!.history.map(({ card }) => card?.status)).toContain('Next in line')
  })

  it('shows share, time left and a preview, and never goes back', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    engine.progress = [
      { phase: 'looking', step: 0, steps: 10, secondsLeft: 10 },
      { phase: 'learning', step: 5, steps: 10, secondsLeft: 0.0001, preview: plain(3) },
      { phase: 'learning', step: 6, steps: 10, secondsLeft: 1000 },
    ]
    const card = await teach('Mắm')
    const shown = await chat.until(() => {
      const now = chat.now(card)
      return now?.pictures && now
    })
    expect(shown.card).toMatchObject({ status: 'Learning', secondsLeft: 1000, state: 'running' })
    expect(shown.card!.share).toBeGreaterThan(0)
    expect(shown.pictures).toMatchObject([
      { name: 'mam.png', altText: 'Mắm as I would draw them so far, AI-generated' },
    ])
    release()
    await told(here, 'I know **Mắm** now!')
    await chat.until(() => chat.now(card)?.card?.state === 'done')
    const shares = [...chat.now(card)!.history, chat.now(card)!].map(each => each.card!.share ?? 0)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })

  it('is edited no more often than the platform bears', async () => {
    const { chat, engine } = here
    chat.editEvery = 80
    engine.progress = []
    const release = engine.hold()
    const card = await teach('Mắm')
    const [job] = here.queue.list()
    const events = engine.lessons.length
    expect(events).toBe(1)
    for (let step = 0; step < 60; step++) {
      await new Promise(resolve => setTimeout(resolve, 5))
      here.queue.tell(job!.id, { phase: 'learning', step, steps: 60, secondsLeft: 60 - step })
    }
    release()
    await told(here, 'I know **Mắm** now!')
    const done = await chat.until(() => {
      const now = chat.now(card)
      return now?.card?.state === 'done' && now
    })
    expect(done.edits.length).toBeGreaterThan(2)
    expect(done.edits.length).toBeLessThan(9)
    for (const [index, at] of done.edits.entries())
      if (index > 0) expect(at - done.edits[index - 1]!).toBeGreaterThanOrEqual(75)
  })

  it('says its end also when the bot closes right behind it', async () => {
    const { chat } = here
    chat.editEvery = 60_000
    const card = await teach('Mắm')
    await told(here, 'I know **Mắm** now!')
    await chat.until(() => here.queue.list().length === 0)
    await here.bot.close()
    expect(chat.now(card)!.card!.state).toBe('done')
  })

  it('is posted without the exchange that failed', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const exchange = chat.exchange(an, chat.place())
    exchange.say = async () => {
      throw new Error('the token has expired')
    }
    const call = { id: 'x', name: 'teach', from: an, place: chat.place(), options: { name: 'Mắm', pictures } }
    await here.bot.called(call, exchange)
    const card = await chat.until(() => chat.cards[0])
    release()
    await chat.until(() => chat.now(card)?.card?.state === 'done')
  })

  it('is posted anew when somebody has deleted it', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const card = await teach('Mắm')
    await chat.remove({ place: card.place, message: card.id })
    release()
    await chat.until(() => chat.cards.some(each => each.card!.state === 'done' && each.id !== card.id))
    await told(here, 'I know **Mắm** now!')
  })

  it('and its end go to a direct message when the channel is gone', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    await teach('Mắm')
    chat.closedChannels.add('garden')
    release()
    const end = await told(here, 'I know **Mắm** now!')
    expect(end.place).toMatchObject({ direct: true, channel: 'direct id-An' })
    expect(await here.library.find(tenant, 'Mắm')).toBeDefined()
  })

  it('cannot keep a lesson from its end when nobody can be told', async () => {
    const { chat, engine, library, log } = here
    const release = engine.hold()
    await teach('Mắm')
    chat.closedChannels.add('garden')
    chat.closedChannels.add('direct id-An')
    release()
    await chat.until(() => here.queue.list().length === 0)
    expect(await library.find(tenant, 'Mắm')).toBeDefined()
    expect(log.lines.join('\n')).not.toContain('Mắm')
  })
})

describe('a lesson that fails', () => {
  it('says why in its card and in a new message', async () => {
    const { chat, engine } = here
    engine.failure = new FamiliarError('NOT_A_DRAWING', 'Expected a drawing but received a photo')
    const card = await teach('Mắm')
    const end = await told(here, 'I could not learn **Mắm**')
    expect(end).toMatchObject({
      text: 'I could not learn **Mắm**: Expected a drawing but received a photo',
      mentions: [an.id],
    })
    const shown = await chat.until(() => chat.now(card)?.card?.state === 'failed' && chat.now(card))
    expect(shown).toMatchObject({ card: { status: 'Expected a drawing but received a photo' } })
    expect(shown.buttons).toBeUndefined()
  })

  it('says nothing of what only operators understand', async () => {
    here.engine.failure = new RangeError('Mắm at 0x0')
    await teach('Mắm')
    const end = await told(here, 'I could not learn **Mắm**')
    expect(end.text).toContain('Something went wrong on my side')
    expect(here.log.lines.find(line => line.startsWith('error'))).toMatch(/a lesson failed .*RangeError/)
    expect(here.log.lines.join('\n')).not.toContain('0x0')
  })

  it('on a full disk leaves the old version as it was', async () => {
    await here.taught('Mắm')
    here.library.failure = new FamiliarError('CANNOT_WRITE', 'Expected to write but the disk is full')
    const question = await teach('Mắm')
    await here.chat.press(an, question, 'Replace')
    expect((await told(here, 'I could not learn **Mắm**')).text).toContain('the disk is full')
    expect(await here.library.find(tenant, 'Mắm')).toMatchObject({ version: 1 })
  })
})

describe('cancelling', () => {
  it('works while it waits and while it runs, by its owner', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    const running = await teach('Mắm')
    const waiting = await teach('Bo')
    expect((await chat.press(an, waiting, 'Cancel'))!.text).toContain('I have stopped learning **Bo**.')
    expect((await chat.press(an, running, 'Cancel'))!.text).toContain('I have stopped learning **Mắm**.')
    for (const card of [running, waiting]) {
      const shown = await chat.until(() => chat.now(card)?.card?.state === 'cancelled' && chat.now(card))
      expect(shown.card!.status).toBe('Cancelled. The pictures are deleted.')
      expect(shown.buttons).toBeUndefined()
    }
    expect(queue.list()).toEqual([])
    release()
    expect((await chat.pressAction(an, running, running.buttons![0]!.action))!.text).toBe('That is over already.')
  })

  it('is for its owner and admins only', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const card = await teach('Mắm')
    expect((await chat.press(lan, card, 'Cancel'))!.text).toBe('Only An or an admin can cancel that.')
    expect(chat.now(card)!.card!.state).toBe('running')
    await chat.press(boss, card, 'Cancel')
    const shown = await chat.until(() => chat.now(card)?.card?.state === 'cancelled' && chat.now(card))
    expect(shown.card!.status).toBe('Cancelled by an admin. The pictures are deleted.')
    release()
  })

  it('is a command, too: of the only lesson, of one by name, or of one of several', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    expect((await chat.command(an, 'cancel'))!.text).toBe('There is nothing of yours to cancel.')
    await teach('Mắm')
    expect((await chat.command(lan, 'cancel'))!.text).toBe('There is nothing of yours to cancel.')
    await teach('Bo')
    await teach('Đào')
    const which = await chat.command(an, 'cancel')
    expect(which).toMatchObject({ text: 'Which one?', to: an.id })
    expect(which!.buttons!.map(({ label }) => label)).toEqual(['Mắm', 'Bo', 'Đào'])
    await chat.press(an, which, 'Bo')
    expect((await chat.write(an, '@Familiar cancel dao'))!.text).toContain('**Đào**')
    expect((await chat.command(an, 'cancel', { job: 'Miu' }))!.text).toBe('I am not learning “Miu” for you.')
    expect((await here.bot.complete(chat.place(), an, 'cancel', 'job', 'ma', 10)).map(({ label }) => label)).toEqual([
      'Mắm',
    ])
    await chat.command(an, 'cancel')
    expect(queue.list()).toEqual([])
    release()
  })
})

describe('a restart', () => {
  it('pauses lessons, picks them up again, and says both', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    const running = await teach('Mắm')
    const waiting = await teach('Bo')
    const later = await here.restart()
    expect(chat.now(running)!.history.at(-1)!.card ?? chat.now(running)!.card).toBeDefined()
    const states = (id: typeof running) => [...chat.now(id)!.history, chat.now(id)!].map(({ card }) => card?.state)
    await chat.until(() => states(running).includes('paused') && states(waiting).includes('paused'))
    const resumed = await chat.until(() => chat.now(running)?.card?.status.startsWith('Picked up') && chat.now(running))
    expect(resumed.card!.state).toBe('running')
    await chat.until(() => chat.now(waiting)?.card?.status.startsWith('Picked up again after a restart. Next'))
    release()
    await told(later, 'I know **Mắm** now!')
    await told(later, 'I know **Bo** now!')
    await chat.until(() => chat.now(waiting)?.card?.state === 'done')
    expect(chat.cards).toHaveLength(2)
  })

  it('posts the card of a lesson that has none', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    const card = await teach('Mắm')
    const [entry] = [...queue.jobs.values()]
    entry!.job = { ...entry!.job, card: undefined }
    await chat.remove({ place: card.place, message: card.id })
    const later = await here.restart()
    await chat.until(() => chat.cards.at(-1)?.card?.status.startsWith('Picked up'))
    release()
    await told(later, 'I know **Mắm** now!')
  })

  it('goes on with lessons of a platform that is no longer connected', async () => {
    const { chat, engine, queue } = here
    const release = engine.hold()
    await teach('Mắm')
    const [entry] = [...queue.jobs.values()]
    const gone = { tenant: 'gone:home', place: { ...entry!.job.place, tenant: 'gone:home' } }
    entry!.job = { ...entry!.job, ...gone }
    const later = await here.restart()
    release()
    await chat.until(() => later.queue.list().length === 0)
    expect(await later.library.find('gone:home', 'Mắm')).toBeDefined()
  })

  it('lets a question for consent stand, and takes the answer', async () => {
    const { chat } = here
    const options = { name: 'Lan', pictures, kind: 'person', person: lan }
    const question = await chat.command(an, 'teach', options)
    const later = await here.restart()
    expect(chat.now(question!)).toMatchObject({ text: expect.stringContaining('Do you agree?'), history: [] })
    await chat.press(lan, question, 'Yes, I agree')
    await told(later, 'I know **Lan** now!')
    expect(await later.library.find(tenant, 'Lan')).toMatchObject({ depicts: lan.id })
  })
})

describe('a lost device', () => {
  it('has the lesson go on or begin again, which its card says, and on what', async () => {
    const { chat, engine, queue } = here
    engine.model.device = 'webgpu'
    const release = engine.hold()
    engine.progress = [{ phase: 'looking', step: 0, steps: 10, secondsLeft: 10 }]
    const card = await teach('Mắm')
    const [job] = queue.list()
    const status = () => chat.now(card)?.card
    await new Promise(resolve => setTimeout(resolve, 5))
    queue.tell(job!.id, { phase: 'learning', step: 10, steps: 10, secondsLeft: 0 })
    await chat.until(() => status()?.status === 'Learning' && status()!.share! > 0.9)
    queue.interrupt(job!.id)
    await chat.until(() => status()?.status === 'The graphics device that I learn on has failed. Getting ready')
    const failed = 'The graphics device that I learn on has failed, so I'
    expect(status()).toMatchObject({ state: 'running', share: 0 })
    const looking = { phase: 'looking', step: 0, steps: 10, secondsLeft: 100 } as const
    queue.tell(job!.id, looking)
    await chat.until(() => status()?.status === `${failed} begin again. Looking at the pictures`)
    expect(status()!.share).toBeLessThan(0.5)
    // Lost once more, with half of it done.
    queue.interrupt(job!.id)
    queue.tell(job!.id, { ...looking, step: 5, secondsBefore: 100 })
    await chat.until(() => status()?.status === `${failed} go on from where I was. Looking at the pictures`)
    expect(status()!.share).toBeCloseTo(0.5)
    // And again, and there is no other.
    queue.interrupt(job!.id)
    engine.model.device = 'cpu'
    queue.tell(job!.id, looking)
    await chat.until(() => status()?.status.startsWith(`${failed} have begun again on the processor`))
    queue.interrupt(job!.id)
    queue.tell(job!.id, { ...looking, step: 5, secondsBefore: 100 })
    await chat.until(() => status()?.status.startsWith(`${failed} continue on the processor`))
    release()
    await told(here, 'I know **Mắm** now!')
    await chat.until(() => status()?.state === 'done')
    expect(status()!.status).toBe('Done')
  })
})

describe('the end of a lesson', () => {
  it('says when there was no time to learn, to whoever asked and to the operator', async () => {
    here.engine.steps = 0
    await teach('Mắm')
    const end = await told(here, 'I know **Mắm** now!')
    expect(end.text).toContain('\nMy time was over when I had looked at the pictures, so this is all I know of Mắm.')
    expect(here.log.lines.join()).toContain('LESSON and TEACH_SECONDS')
    here.engine.steps = 1
    await teach('Bo')
    expect((await told(here, 'I know **Bo** now!')).text).not.toContain('My time was over')
  })
})

describe('a teacher elsewhere', () => {
  it('is named to whoever is asked for a word, and when it did not answer', async () => {
    const there = await home({ policy: { teacher: 'teacher.example' } })
    const message = 'Expected TEACHER_URL to answer but received status 503'
    there.engine.progress = [
      {
        phase: 'looking',
        step: 0,
        steps: 1,
        secondsLeft: 1,
        notice: { type: 'teacher', reason: 'busy', message },
      },
      { phase: 'learning', step: 1, steps: 1, secondsLeft: 0 },
    ]
    await teach('Mắm', an, there)
    const end = await told(there, 'I know **Mắm** now!')
    expect(end.text).toContain(
      '\nteacher.example, which was to look at the pictures with me, is too busy. I looked alone.\n',
    )
    expect(there.log.lines.join()).toContain(message)

    const asked = await there.chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    expect(asked!.text).toMatch(/Do you agree\?.*\nThe pictures are also sent to teacher\.example, without a name/)
    expect((await there.chat.command(an, 'privacy', {}))!.text).toContain('are also sent to teacher.example')
    expect((await here.chat.command(an, 'privacy', {}))!.text).not.toContain('sent to')
    expect((await teach('Bo')).text).not.toContain('teacher')
  })
})
