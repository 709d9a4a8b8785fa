/**
 * What a model is asked about each photo, and what of its answers a lesson can use. An answer is about the subject: one
 * that speaks of the image would teach the concept to speak of images. Source: Yo'Chameleon, "question–answer pairs".
 */
import type { SubjectKind } from '../engine.ts'
import { placeholder, type QuestionAnswer } from './gallery.ts'

/** A question as it is asked of a photo, and as it is learned. */
export interface InterviewQuestion {
  readonly asked: string
  readonly learned: string
}

const question = (learned: string): InterviewQuestion => ({
  learned,
  asked: learned.replaceAll(placeholder, 'the subject'),
})

/** The overall look comes first: it is what a lesson starts from. */
const OF_ANYTHING: readonly InterviewQuestion[] = [
  question('what does {name} look like?'),
  question('what kind of subject is {name}?'),
  question('what colour is {name}?'),
  question('what are the distinctive features of {name}?'),
  question('what markings does {name} have?'),
  question('what is the texture of {name}?'),
  question('what shape does {name} have?'),
  question('how big is {name}?'),
  question('what is {name} made of?'),
  question('what is the appearance of {name}?'),
]
const OF_A_PERSON: readonly InterviewQuestion[] = [
  question('what does {name} look like?'),
  question('what is the hair of {name} like?'),
  question('what is {name} wearing?'),
  question('what face does {name} have?'),
  question('what hairstyle does {name} have?'),
  question('what accessories does {name} wear?'),
  question('what build does {name} have?'),
  question('how tall is {name}?'),
  question('what skin does {name} have?'),
  question('what expression does {name} have?'),
]

/** The first `count` questions for a kind of subject, the most telling first. */
export const interviewQuestions = (kind: SubjectKind, count: number): readonly InterviewQuestion[] =>
  (kind === 'person' ? OF_A_PERSON : OF_ANYTHING).slice(0, count)

/** An answer pairs with its question when something of it is about the subject. */
export function pairsOf(
  questions: readonly InterviewQuestion[],
  answers: readonly string[],
  word: string,
): QuestionAnswer[] {
  return questions.flatMap(({ learned }, i) => {
    const answer = aboutSubject(answers[i] ?? '', word)
    return answer === undefined ? [] : [{ question: learned, answer }]
  })
}

/** Asked of every photo, for drawing requests. */
export const WHERE = 'where is the subject, in a few words?'
const longestScene = 12

/** The place in an answer to that, as it follows a name; empty where there is none. */
export function sceneOf(answer: string, word: string): string {
  const scene = phrase((aboutSubject(answer, word) ?? '').replace(/^\{name\} is /, ''))
  return scene.split(' ').slice(0, longestScene).join(' ')
}

/** A sentence about the subject as a part of another one. */
export const phrase = (text: string): string => text.replaceAll(placeholder, 'it').replace(/[.!?\s]+$/, '')

const longest = 200
/** How an answer leads up to what is in the image: the rest may be about the subject. */
const LEAD =
  /^(?:(?:in|from|on) (?:the|this|that) (?:image|photo|picture|photograph)\b[,:]?|(?:the|this|that) (?:image|photo|picture|photograph) (?:shows|depicts|features|contains|displays|is of|captures)|(?:i|we) (?:can )?see|(?:there is|it is|this is|it's|that is))\s+(?=an? )/iu
const OF_THE_IMAGE =
  /\b(?:images?|photos?|photographs?|photography|pictures?|pics?|snapshots?|screenshots?|shots?|frames?|cameras?|captions?|foreground|background|blurry|blurred|pixels?|viewers?|depict(?:s|ed|ing)?|portray(?:s|ed)?|illustrat\w+)\b/iu
const NO_ANSWER =
  /\b(?:sorry|as an ai|language model|cannot|can't|can not|unable|unclear|unknown|not (?:clear|visible|possible|specified|sure|provided)|don't know|do not know|hard to (?:say|tell)|difficult to (?:say|tell))\b/iu

/**
 * What of an answer is about the subject, which it calls `{name}`: sentences that speak of the image or say that there is
 * no answer are left out. Nothing when none is left.
 * @param word what the subject is: `the cat` in an answer is the subject
 */
export function aboutSubject(answer: string, word: string): string | undefined {
  const sentences =
    answer
      .replace(/\s+/g, ' ')
      .trim()
      .match(/[^.!?]+[.!?]*/g) ?? []
  const kept = sentences
    .map(sentence => sentence.trim().replace(LEAD, ''))
    .filter(sentence => /\p{L}{2}/u.test(sentence) && !OF_THE_IMAGE.test(sentence) && !NO_ANSWER.test(sentence))
    .map(sentence => named(sentence, word))
  let text = ''
  for (const sentence of kept) {
    if (text.length + sentence.length > longest) break
    text += `${text && ' '}${/[.!?]$/.test(sentence) ? sentence : `${sentence}.`}`
  }
  return text || undefined
}

function named(sentence: string, word: string): string {
  const subject = new RegExp(`\\b(?:the|this)(?: main)? (?:subject|${word})(?!\\p{L})`, 'giu')
  return sentence.replace(subject, placeholder).replace(/^(?:it|he|she)(?= (?:is|has|wears|looks)\b)/iu, placeholder)
}
