import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { CommandInfo } from '../../../command-info.ts'
import type { WireForm, WireMessage, WirePerson } from '../../wire.ts'
import { chatReducer, noChat } from './chat-state.ts'
import type { Picked } from './picked.ts'
import { fillIn } from './prefill.ts'

let commandLine: typeof import('./command-line.ts')
beforeAll(async () => {
  vi.stubGlobal('navigator', { languages: ['en-GB', 'en'] })
  commandLine = await import('./command-line.ts')
})

const person = (id: string, name: string): WirePerson => ({
  id,
  name,
  colour: 0,
  admin: false,
  bot: false,
  notices: {},
})
const people = [person('you', 'You'), person('p1', 'Lan Anh')]
const commands: CommandInfo[] = [
  {
    name: 'teach',
    localName: 'dạy',
    description: 'Teach',
    options: [
      { name: 'name', description: 'the name', type: 'text', required: true },
      { name: 'pictures', description: 'pictures', type: 'pictures' },
      {
        name: 'kind',
        description: 'kind',
        type: 'choice',
        choices: [
          { value: 'pet', label: 'A pet' },
          { value: 'person', label: 'A person' },
        ],
      },
      { name: 'person', description: 'who', type: 'person' },
      { name: 'consent', description: 'agrees', type: 'tick' },
    ],
  },
  {
    name: 'who',
    description: 'Who',
    options: [{ name: 'picture', description: 'a picture', type: 'picture', required: true }],
  },
  { name: 'help', description: 'Help', options: [] },
]

describe('a command line', () => {
  const read = (text: string, pictures = 0) =>
    commandLine.readCommandLine(commandLine.parseCommandLine(text, commands)!, people, pictures)

  it.each([
    ['/help', {}],
    ['/teach Mắm the cat', { name: 'Mắm the cat' }],
    ['/TEACH  Bo  kind:pet', { name: 'Bo', kind: 'pet' }],
    ['/dạy Bo kind: a PERSON person:@lan anh consent:yes', { name: 'Bo', kind: 'person', person: 'p1', consent: true }],
    ['/teach kind:pet name:Bo: the dog', { kind: 'pet', name: 'Bo: the dog' }],
    ['/teach Bo consent:no', { name: 'Bo', consent: false }],
    ['/teach Bo person:', { name: 'Bo' }],
  ])('%s', (text, values) => {
    expect(read(text)).toEqual({ values, picturesTo: undefined })
  })

  it.each([
    ['/teach', 0, '/teach needs: the name'],
    ['/nothing', 0, 'There is no command /nothing'],
    ['/teach Bo kind:car', 0, 'kind is one of: A pet, A person'],
    ['/teach Bo person:@Minh', 0, 'There is nobody called Minh here'],
    ['/help', 1, '/help takes no pictures'],
    ['/who', 0, '/who needs: a picture'],
    ['/who', 2, '/who takes one picture'],
  ])('%s with %d pictures: %s', (text, pictures, wrong) => {
    expect(read(text, pictures)).toEqual({ wrong })
  })

  it('hands pictures to the option that takes them', () => {
    expect(read('/who', 1)).toEqual({ values: {}, picturesTo: 'picture' })
    expect(read('/teach Bo', 4)).toEqual({ values: { name: 'Bo' }, picturesTo: 'pictures' })
  })

  it('is no command without a slash in front', () => {
    expect(commandLine.parseCommandLine('teach /Bo', commands)).toBeUndefined()
  })
})

describe('a form that is filled in beforehand', () => {
  const form: WireForm = {
    token: 't',
    action: 'teach',
    title: 'T',
    submit: 'S',
    fields: [
      { type: 'text', name: 'name', label: 'Name', value: '', maxLength: 32 },
      { type: 'pictures', name: 'pictures', label: 'P', min: 3, max: 5 },
      {
        type: 'choice',
        name: 'kind',
        label: 'K',
        choices: [
          { value: 'pet', label: 'Pet' },
          { value: 'person', label: 'Person' },
        ],
      },
      { type: 'text', name: 'facts', label: 'F', optional: true, maxLength: 200 },
      { type: 'person', name: 'person', label: 'W', optional: true },
      { type: 'tick', name: 'consent', label: 'C' },
    ],
  }
  const pictures = Array.from({ length: 6 }, (_, i) => ({ key: `${i}` }) as Picked)

  it('is complete for a sample pet', () => {
    const { values, complete } = fillIn(form, { pictures: pictures.slice(0, 4), name: 'Bo', kind: 'pet' })
    expect(complete).toBe(true)
    expect(values).toEqual({
      name: 'Bo',
      pictures: pictures.slice(0, 4),
      kind: 'pet',
      facts: '',
      person: '',
      consent: false,
    })
  })

  it('is complete for a friend only when it is known who that is; nobody agrees for others', () => {
    expect(fillIn(form, { pictures, name: 'Lan', kind: 'person' }).complete).toBe(false)
    const { values, complete } = fillIn(form, { pictures, name: 'Lan', kind: 'person', person: 'p1' })
    expect({ complete, ...values }).toMatchObject({ complete: true, kind: 'person', person: 'p1', consent: false })
  })

  it('takes pictures that were dropped, at most as many as fit, and leaves the rest to the person', () => {
    const { values, complete } = fillIn(form, { pictures })
    expect(complete).toBe(false)
    expect(values).toMatchObject({ name: '', pictures: pictures.slice(0, 5), kind: 'pet' })
  })
})

describe('what the page knows', () => {
  const message = (id: number, text = `${id}`, more: Partial<WireMessage> = {}): WireMessage => ({
    id: `${id}`,
    channel: 'group',
    from: 'bot',
    at: 0,
    text,
    pictures: [],
    photos: [],
    buttons: [],
    mentions: [],
    privately: false,
    notifies: false,
    ...more,
  })
  const begun = chatReducer(noChat, {
    type: 'snapshot',
    data: { messages: [message(5), message(7)], more: ['group'] },
  })
  const texts = (state: typeof begun) => state.messages.group!.map(({ text }) => text)

  it('a message is put in its place, or in that of its earlier form', () => {
    const later = chatReducer(begun, { type: 'message', data: message(8) })
    expect(texts(later)).toEqual(['5', '7', '8'])
    expect(texts(chatReducer(later, { type: 'message', data: message(7, 'seven') }))).toEqual(['5', 'seven', '8'])
    expect(texts(chatReducer(later, { type: 'message', data: message(6) }))).toEqual(['5', '6', '7', '8'])
  })

  it('one from before the first is left to the page that it is on', () => {
    expect(texts(chatReducer(begun, { type: 'message', data: message(2) }))).toEqual(['5', '7'])
    const all = chatReducer(begun, { type: 'earlier', channel: 'group', messages: [message(2)], more: false })
    expect(texts(all)).toEqual(['2', '5', '7'])
    expect(all.more).toEqual([])
  })

  it('a deleted message takes its quotes along', () => {
    const replyTo = { id: '5', from: 'bot', text: '5', pictures: 0 }
    const quoting = chatReducer(begun, { type: 'message', data: message(8, 'hm', { replyTo }) })
    const after = chatReducer(quoting, { type: 'removed', data: { id: '5', channel: 'group' } })
    expect(texts(after)).toEqual(['7', 'hm'])
    expect(after.messages.group![1]!.replyTo).toBeUndefined()
  })

  it('another version of the page is noticed, the same is not', () => {
    const hello = { build: 'a', botName: 'Familiar', commands: [], status: false }
    const first = chatReducer(noChat, { type: 'hello', data: hello })
    expect(chatReducer(first, { type: 'hello', data: hello }).outdated).toBe(false)
    expect(chatReducer(first, { type: 'hello', data: { ...hello, build: 'b' } }).outdated).toBe(true)
  })

  it('a broken connection ends what was under way', () => {
    const busy = chatReducer(begun, { type: 'busy', data: { channel: 'group', on: true } })
    expect(busy.busy).toEqual(['group'])
    expect(chatReducer(busy, { type: 'open', open: false }).busy).toEqual([])
    expect(chatReducer(busy, { type: 'busy', data: { channel: 'group', on: false } }).busy).toEqual([])
  })
})
