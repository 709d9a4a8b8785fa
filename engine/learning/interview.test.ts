import { describe, expect, it } from 'vitest'
import { aboutSubject, interviewQuestions, pairsOf } from './interview.ts'

describe('an answer about the subject', () => {
  it.each([
    ['The image shows a fluffy orange cat.', 'a fluffy orange cat.'],
    ['In this photo, a cat with green eyes', 'a cat with green eyes.'],
    ['The cat is orange. The background is blurred.', '{name} is orange.'],
    ['It is striped, and the subject has a white chest.', '{name} is striped, and {name} has a white chest.'],
    ['There is a small bell', 'a small bell.'],
    ['This cat looks  old.\nVery old!', '{name} looks old. Very old!'],
  ])('%j is %j', (said, about) => {
    expect(aboutSubject(said, 'cat')).toBe(about)
  })

  it.each([
    'The picture was taken outdoors.',
    'A photograph of a cat.',
    'It looks at the camera.',
    'The cat is in the foreground.',
    "I'm sorry, I cannot tell.",
    'The size is not visible.',
    'As an AI, I have no colour.',
    '...',
    '',
  ])('is none in %j', said => {
    expect(aboutSubject(said, 'cat')).toBeUndefined()
  })

  it('ends before it grows long', () => {
    const text = aboutSubject('The cat is orange. '.repeat(40), 'cat')
    expect(text).toMatch(/orange\.$/)
    expect(text!.length).toBeLessThanOrEqual(200)
  })

  it('knows words with accents', () => {
    expect(aboutSubject('The café is small.', 'café')).toBe('{name} is small.')
  })
})

describe('the interview', () => {
  it('asks ten things, of a person others than of a cat, and learns only what was answered', () => {
    const questions = interviewQuestions('pet', 10)
    expect(questions).toHaveLength(10)
    expect(
      interviewQuestions('person', 10)
        .map(({ learned }) => learned)
        .join(),
    ).toContain('hairstyle')
    for (const { asked, learned } of [...questions, ...interviewQuestions('person', 10)]) {
      expect(learned).toContain('{name}')
      expect(asked).not.toContain('{')
      // What is learned must not speak of the image either.
      expect(aboutSubject(learned, 'cat')).toBe(learned)
    }
    expect(pairsOf(questions.slice(0, 3), ['a cat', 'The photo is dark.', 'Orange.'], 'cat')).toEqual([
      { question: questions[0]!.learned, answer: 'a cat.' },
      { question: questions[2]!.learned, answer: 'Orange.' },
    ])
  })
})
