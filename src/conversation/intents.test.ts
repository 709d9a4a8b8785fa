import { describe, expect, it } from 'vitest'
import { person, picture } from '../../test/fakes/chat.ts'
import type { IncomingMessage } from './chat.ts'
import { asksToDraw, spokenCommand } from './intents.ts'

const lan = person('Lan')
const pictures = [1, 2, 3].map(() => picture(new Uint8Array()))

function said(text: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    id: '1',
    from: person('An'),
    place: { tenant: 'fake:home', channel: 'garden', direct: false },
    text,
    pictures: [],
    mentionsBot: true,
    mentions: [],
    earlier: async () => [],
    ...more,
  }
}
const meant = (text: string, more?: Partial<IncomingMessage>) => {
  const spoken = spokenCommand(said(text, more))
  if (!spoken) return undefined
  const { pictures: _, picture: __, ...options } = spoken.options
  return [spoken.command, options]
}

describe('teach', () => {
  it.each([
    ['teach Mắm', { name: 'Mắm' }],
    ['Please teach my cat Mắm!', { name: 'Mắm', kind: 'pet' }],
    ['learn: 小白', { name: '小白' }],
    ['teach the dog called Bo Two', { name: 'Bo Two', kind: 'pet' }],
    ['teach my toy Kermit, he is green', { name: 'Kermit', kind: 'thing', facts: 'he is green' }],
    ['teach you Bo', { name: 'Bo' }],
    ['teach our garden Eden', { name: 'Eden', kind: 'place' }],
    ['dạy con mèo tên là Mắm nhé', { name: 'Mắm', kind: 'pet' }],
    ['học Mắm giúp mình', { name: 'Mắm' }],
    ['this is Mắm', { name: 'Mắm' }],
    ['Đây là Mắm.', { name: 'Mắm' }],
    ['can you teach me', { name: 'me' }],
  ])('%s, with pictures', (text, options) => expect(meant(text, { pictures })).toEqual(['teach', options]))

  it('knows the person who is mentioned', () => {
    for (const text of ['teach @Lan', 'teach Lan @Lan', 'teach my friend Lan @Lan', 'dạy người bạn Lan @Lan'])
      expect(meant(text, { pictures, mentions: [lan] })).toEqual([
        'teach',
        { name: 'Lan', kind: 'person', person: lan },
      ])
  })

  it('without pictures is taken for it only when it can be nothing else', () => {
    expect(meant('teach Mắm')).toEqual(['teach', { name: 'Mắm' }])
    for (const text of [
      'teach me to cook',
      'teach me',
      'this is Mắm',
      'learn a lot of things about the sea',
      'teach Bo?',
    ])
      expect(meant(text)).toBeUndefined()
  })

  it('is not an introduction with fewer pictures', () => {
    expect(meant('this is Mắm', { pictures: pictures.slice(1) })).toBeUndefined()
  })
})

describe('who', () => {
  it.each([
    'who is this?',
    'Who is it',
    'who’s that?',
    "and who's in the picture?",
    'Who do you see here?',
    'do you know who this is?',
    'who is in this photo',
    'whom do you recognise?',
    'tell me who this is',
    'đây là ai?',
    'ai đây',
    'ai trong ảnh này vậy?',
    'có những ai trong hình?',
    'trong ảnh có ai?',
    'còn đây là ai thế',
  ])('%s', text => expect(meant(text)).toEqual(['who', {}]))

  it.each([
    'who is Bo?',
    "who is Bo's brother?",
    'who is in this picture with Bo?',
    'who are you?',
    'who made you',
    'ai là anh của Mắm?',
  ])('not %s', text => expect(meant(text)).toBeUndefined())
})

describe('remember and forget', () => {
  it.each([
    ["remember that Bo is Mắm's brother", "Bo is Mắm's brother"],
    ['Remember: Bo likes fish.', 'Bo likes fish'],
    ['please note that Bo likes fish', 'Bo likes fish'],
    ['nhớ rằng Bo thích cá nhé', 'Bo thích cá'],
    ['hãy nhớ là Bo thích cá', 'Bo thích cá'],
    ['ghi nhớ Bo thích cá', 'Bo thích cá'],
  ])('%s', (text, fact) => expect(meant(text)).toEqual(['remember', { fact }]))

  it.each([
    ['forget Mắm', { name: 'Mắm' }],
    ['could you forget about Bo Two, please?', { name: 'Bo Two' }],
    ['forget me', { name: 'me' }],
    ['Forget everything about me!', { name: 'me' }],
    ['quên Mắm đi', { name: 'Mắm' }],
    ['quên tôi đi', { name: 'me' }],
    ['hãy quên mọi thứ về mình', { name: 'me' }],
  ])('%s', (text, options) => expect(meant(text)).toEqual(['forget', options]))

  it('a sentence is forgotten where it is remembered', () => {
    expect(meant('forget that Bo likes fish')).toEqual(['remember', { delete: 'Bo likes fish' }])
    expect(meant('quên chuyện Bo thích cá đi')).toEqual(['remember', { delete: 'Bo thích cá' }])
  })

  it.each([
    'do you remember Bo?',
    'remember when we were at the sea?',
    'remember me?',
    'forget it',
    'forget that',
    'nhớ Mắm quá',
    'I will never forget Bo',
    'forget about what I said to you just now ok',
  ])('not %s', text => expect(meant(text)).toBeUndefined())
})

it.each([
  ['help', 'help'],
  ['Help me!', 'help'],
  ['what can you do?', 'help'],
  ['giúp với', 'help'],
  ['bạn làm được gì?', 'help'],
  ['privacy', 'privacy'],
  ['what do you know about me?', 'privacy'],
  ['whom do you know?', 'concepts'],
  ['bạn biết những ai?', 'concepts'],
  ['cancel', 'cancel'],
  ['huỷ', 'cancel'],
])('%s is %s', (text, command) => expect(meant(text)).toEqual([command, {}]))

it('cancels a lesson by name', () => {
  expect(meant('cancel Mắm')).toEqual(['cancel', { job: 'Mắm' }])
})

it.each([
  'help Bo find his ball',
  'what can you do with Bo?',
  'draw Bo',
  'is Mắm in this?',
  'what do you know about Bo?',
])('%s is a question', text => expect(meant(text)).toBeUndefined())

describe('a request for a drawing', () => {
  it.each([
    'draw Mắm',
    'Please draw Mắm and Bo at the beach',
    'can you paint Bo?',
    'show me Mắm on the moon',
    'a picture of Bo in the snow',
    'make me a drawing of Bo',
    'I’d like to see Bo'.replace('’', "'"),
    'vẽ Mắm đi',
    'bạn vẽ Mắm được không',
    'cho mình xem Mắm ở biển',
    'now draw it in the rain',
    'hey, could you draw me a cat?',
  ])('%s', text => expect(asksToDraw(text)).toBe(true))

  it.each([
    'what is Mắm doing?',
    'is this a picture of Mắm?',
    'who drew this?',
    'did you draw that?',
    'show me who is in this',
    'Bo is a drawer',
    'give me a fact about Bo',
    'do you know Bo?',
    'Mắm đang làm gì?',
  ])('not %s', text => expect(asksToDraw(text)).toBe(false))
})
