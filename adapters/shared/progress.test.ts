import { expect, it } from 'vitest'
import type { Card } from '../../src/conversation/chat.ts'
import { cardText } from './progress.ts'

const card: Card = { title: 'Learning Mắm', status: 'Learning', state: 'running', share: 0.43, secondsLeft: 37.2 }

it('shows a title, a bar, the time left and what is done now', () => {
  expect(cardText(card)).toBe('**Learning Mắm**\n▰▰▰▰▰▱▱▱▱▱▱▱ 43% · about 40 seconds left\nLearning')
})

it('speaks the language of the card', () => {
  expect(cardText({ ...card, locale: 'vi' })).toContain('43% · còn khoảng 40 giây')
})

it('has no bar while it waits', () => {
  expect(cardText({ title: 'Learning Mắm', status: 'Next in line', state: 'waiting' })).toBe(
    '**Learning Mắm**\nNext in line',
  )
})

it('says nothing of the time where nobody knows it', () => {
  expect(cardText({ ...card, secondsLeft: undefined })).toBe('**Learning Mắm**\n▰▰▰▰▰▱▱▱▱▱▱▱ 43%\nLearning')
})

it('is full when all is done, and not before', () => {
  const bar = (share: number) => cardText({ ...card, share, secondsLeft: undefined }).split('\n')[1]
  expect([0, 0.29, 0.999, 1, 1.2].map(bar)).toEqual([
    '▱▱▱▱▱▱▱▱▱▱▱▱ 0%',
    '▰▰▰▱▱▱▱▱▱▱▱▱ 29%',
    '▰▰▰▰▰▰▰▰▰▰▰▱ 99%',
    '▰▰▰▰▰▰▰▰▰▰▰▰ 100%',
    '▰▰▰▰▰▰▰▰▰▰▰▰ 100%',
  ])
})

it.each([
  [3.2, 'about 4 seconds left'],
  [12, 'about 15 seconds left'],
  [200, 'about 4 minutes left'],
])('rounds %d seconds', (secondsLeft, said) => {
  expect(cardText({ ...card, secondsLeft })).toContain(said)
})
