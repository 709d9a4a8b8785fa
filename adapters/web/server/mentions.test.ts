import { expect, it } from 'vitest'
import { readMentions } from './mentions.ts'
import type { Member } from './people.ts'

const member = (name: string): Member => ({
  id: name,
  name,
  colour: 0,
  admin: false,
  bot: false,
  locale: 'en',
  seen: {},
})
const members = ['Lan', 'Lan Anh', 'Mắm', 'R2-D2 (old)', '小猫'].map(member)

it.each([
  ['@Familiar who is this?', 'who is this?', true, []],
  ['@familiar, draw Mắm', 'draw Mắm', true, []],
  ['draw Mắm, @Familiar', 'draw Mắm,', true, []],
  ['hey @Familiar draw', 'hey draw', true, []],
  ['@Familiars are many', '@Familiars are many', false, []],
  ['me@Familiar.example', 'me@Familiar.example', false, []],
  ['is @Lan Anh here?', 'is @Lan Anh here?', false, ['Lan Anh']],
  ['@lan and @Lan Anh', '@lan and @Lan Anh', false, ['Lan', 'Lan Anh']],
  ['@Lane is nobody', '@Lane is nobody', false, []],
  ['@Mắm? @Mắm!', '@Mắm? @Mắm!'.normalize('NFC'), false, ['Mắm']],
  ['@Mắm'.normalize('NFD'), '@Mắm'.normalize('NFC'), false, ['Mắm']],
  ['ask @R2-D2 (old)', 'ask @R2-D2 (old)', false, ['R2-D2 (old)']],
  ['@小猫 hi', '@小猫 hi', false, ['小猫']],
  ['@everyone', '@everyone', false, []],
  ['a\n@Familiar\nb', 'a\nb', true, []],
])('%j', (written, text, mentionsBot, mentions) => {
  const read = readMentions(written, members, 'Familiar')
  expect({ ...read, mentions: read.mentions.map(({ name }) => name) }).toEqual({ text, mentionsBot, mentions })
})
