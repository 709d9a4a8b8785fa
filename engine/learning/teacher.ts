/**
 * A teacher: a larger model elsewhere that looks at a lesson's photos in place of the model itself, through the chat
 * completions call of OpenAI and all that copy it. There is none unless the operator has named one. What is sent is each
 * photo, scaled down and without metadata, and questions from `interview.ts`: no name, and nothing that was said in a chat.
 */
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import type { LessonNotice, TeacherSettings } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'

/** Why a teacher did not answer. */
type Failure = Omit<LessonNotice, 'type'>

export interface TeacherPatience {
  /** For one request; default 90. */
  readonly seconds?: number
  /** Requests for one photo; default 3. */
  readonly tries?: number
  /** Seconds before the second request, doubled for each further one; default 2. */
  readonly delay?: number
}

/** What is sent of a photo: enough to see what is asked about. */
const longestSide = 768
const quality = 85
/** A service that asks to wait longer is taken as busy. */
const longestWait = 60
const mostCharacters = 100_000

const instruction = (count: number) =>
  `You are shown a photo and asked ${count} questions about its main subject. Answer each in one short sentence about the ` +
  'subject itself. Never mention the photo, image or picture. Where something cannot be told, answer with an empty string. ' +
  `Reply with a JSON array of ${count} strings in the order of the questions, and with nothing else.`

/**
 * Answers to the questions, in their order; empty where the teacher has none.
 * @throws FamiliarError `TEACHER_FAILED`, whose cause is the `LessonNotice`; `CANCELLED`
 */
export async function askTeacher(
  settings: TeacherSettings,
  photo: RgbImage,
  questions: readonly string[],
  { signal, ...patience }: TeacherPatience & { readonly signal?: AbortSignal } = {},
): Promise<string[]> {
  const { tries = 3, delay = 2, seconds = 90 } = patience
  const body = JSON.stringify({
    model: settings.model,
    messages: [
      { role: 'system', content: instruction(questions.length) },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: await dataUrl(photo) } },
          { type: 'text', text: questions.map((question, i) => `${i + 1}. ${question}`).join('\n') },
        ],
      },
    ],
  })
  for (let tried = 1; ; tried++) {
    const outcome = await request(settings, body, seconds, signal)
    if (signal?.aborted) throw new FamiliarError('CANCELLED', 'Cancelled', { cause: signal.reason })
    if ('text' in outcome) return answersIn(outcome.text, questions.length)
    const { failure, retryAfter = delay * 2 ** (tried - 1) } = outcome
    if (failure.reason === 'refused' || tried >= tries || retryAfter > longestWait) throw failed(failure)
    await wait(retryAfter * 1_000, undefined, { signal }).catch(() => {
      throw new FamiliarError('CANCELLED', 'Cancelled', { cause: signal?.reason })
    })
  }
}

type Outcome = { readonly text: string } | { readonly failure: Failure; readonly retryAfter?: number }

async function request(
  { url, key }: TeacherSettings,
  body: string,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const address = `${url.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/chat/completions`
  const timeout = AbortSignal.timeout(seconds * 1_000)
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body,
      // A photo goes to the named address and to no other.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const text = await response.text()
    if (response.ok) return { text }
    const { status } = response
    const message = `Expected TEACHER_URL to answer but received status ${status}`
    if (status !== 408 && status !== 429 && status < 500) return { failure: { reason: 'refused', message } }
    const asked = Number(response.headers.get('retry-after') ?? Number.NaN)
    return { failure: { reason: 'busy', message }, ...(asked >= 0 && { retryAfter: asked }) }
  } catch (error) {
    const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException }
    const what = name === 'TimeoutError' ? `nothing for ${seconds} seconds` : (cause?.code ?? cause?.message ?? name)
    return { failure: { reason: 'unreachable', message: `Expected TEACHER_URL to answer but received ${what}` } }
  }
}

async function dataUrl({ width, height, data }: RgbImage): Promise<string> {
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality })
    .toBuffer()
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`
}

/** The array in the message, which may stand between other words. */
function answersIn(text: string, count: number): string[] {
  const wrong = (received: string) =>
    failed({ reason: 'wrong', message: `Expected TEACHER_URL to answer ${count} questions but received ${received}` })
  if (text.length > mostCharacters) throw wrong(`${text.length} characters`)
  let answers: unknown
  try {
    const completion = JSON.parse(text) as { choices: { message: { content: string } }[] }
    const { content } = completion.choices[0]!.message
    answers = JSON.parse(content.slice(content.indexOf('['), content.lastIndexOf(']') + 1))
  } catch {
    throw wrong('something else')
  }
  if (!Array.isArray(answers) || answers.length !== count) throw wrong('another number of answers')
  return answers.map(answer => (typeof answer === 'string' ? answer : ''))
}

function failed(failure: Failure): FamiliarError {
  const notice: LessonNotice = { type: 'teacher', ...failure }
  return new FamiliarError('TEACHER_FAILED', failure.message, { cause: notice })
}
