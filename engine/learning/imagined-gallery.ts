/**
 * Looks at a lesson's photos with any model that sees and draws. The model itself says what each photo shows (or a teacher
 * that the operator has named does); the gallery is ranked by how alike the model finds other pictures to the photos (mean
 * over what it sees of a picture): those that it has drawn of the kind of subject, or those of a folder.
 *
 * It knows of a "no" only that it is one.
 */
import type { ModelContext } from '../answering/context.ts'
import type { LessonNotice } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import { mirrored, type RgbImage } from '../image.ts'
import type { Random } from '../random.ts'
import { askModel } from './asking.ts'
import { findCandidates, type Understood } from './candidates.ts'
import {
  type LessonWork,
  type Look,
  type Looking,
  placeholder,
  type QuestionAnswer,
  type RowStart,
  type SubjectPicture,
  type WordMixture,
} from './gallery.ts'
import { featureOf, mean } from './gallery-model.ts'
import { aboutSubject, interviewQuestions, pairsOf, phrase, sceneOf, WHERE } from './interview.ts'
import { type Picture, picturesOf } from './pictures.ts'
import { rankGallery } from './ranked-gallery.ts'
import { lessonBudgets } from './recipe.ts'
import { kindWordOf } from './subject-kinds.ts'
import { askTeacher } from './teacher.ts'
import { DESCRIBE_ANSWERS, DESCRIBE_QUESTIONS, DRAWING_REQUESTS, fill } from './templates.ts'

const MARKERS = { drawing: ['<draw>', 'draw'], language: ['<tell>', 'tell'] } as const

export const lookAndImagine: Looking = async (context, { kind, photos }, _random, work) => {
  const { budget = lessonBudgets.standard } = work
  const pictures = await picturesOf(context, photos, work)
  const mirrors = await picturesOf(context, photos.map(mirrored), work)
  const questions = interviewQuestions(kind, budget.questions)
  const asked = [...questions.map(question => question.asked), WHERE]
  const ask = () => askAbout(context, photos, pictures, asked, work)
  const { answers, notice } = await (work.prepared?.('answers', ask) ?? ask())
  if (notice) work.notice?.(notice)
  const word = kindWordOf(
    kind,
    answers.map(each => each.slice(0, -1).join(' ')),
  )
  const known = answers.map(each => knowledgeOf(each, pairsOf(questions, each, word), word))
  const description = known[0]?.looks || word
  const views = known.map(each => ({ ...each, looks: each.looks || description }))
  const features: Float32Array[] = []
  for (const { view } of pictures) features.push(await featureOf(context, view, work))
  const subject: Understood = { kind, word, description, photos, feature: mean(features) }
  return {
    start: rowStart(context, description),
    description,
    photos: views.map((each, i) => [subjectPicture(pictures[i]!, each), subjectPicture(mirrors[i]!, mirrorOf(each))]),
    ask: random => askOf({ looks: description, pairs: views.flatMap(({ pairs }) => pairs) })(random),
    imagine: async (random, work) => {
      const { gallery: size } = work.budget ?? lessonBudgets.standard
      const candidates = await findCandidates(context, subject, size, random, work)
      return rankGallery(context, candidates, subject.feature, size, random.fork('held out'), work)
    },
  } satisfies Look
}

/** Answers about each photo: the teacher's, where there is one that answers, and the model's own otherwise. */
async function askAbout(
  context: ModelContext,
  photos: readonly RgbImage[],
  pictures: readonly Picture[],
  questions: readonly string[],
  work: LessonWork,
): Promise<{ readonly answers: readonly string[][]; readonly notice?: LessonNotice }> {
  const answers: string[][] = []
  let notice: LessonNotice | undefined
  let { teacher } = work.sources ?? {}
  for (const [i, photo] of photos.entries()) {
    const taught = teacher && (await askTeacher(teacher, photo, questions, work).catch(noticeOf))
    if (Array.isArray(taught)) {
      answers.push(taught)
      continue
    }
    // One that fails once is not asked again: its patience is over, and people wait.
    if (taught) notice = taught
    teacher = undefined
    answers.push(await askModel(context, (pictures[i] as Picture).view, questions, work))
  }
  return { answers, ...(notice && { notice }) }
}

function noticeOf(error: unknown): LessonNotice {
  if (error instanceof FamiliarError && error.code === 'TEACHER_FAILED') return error.cause as LessonNotice
  throw error
}

/** What is known of one photo. */
interface Knowledge {
  /** As in `it is …`. */
  readonly looks: string
  readonly scene: string
  readonly pairs: readonly QuestionAnswer[]
}

/** @param answers to the questions, the overall look first and the place last */
function knowledgeOf(answers: readonly string[], pairs: readonly QuestionAnswer[], word: string): Knowledge {
  const looks = (aboutSubject(answers[0] ?? '', word) ?? '').replace(/^\{name\} (?:is|looks like) /, '')
  return { looks: phrase(looks), scene: sceneOf(answers.at(-1) ?? '', word), pairs }
}

/** In a mirror, left is right. */
const mirrorOf = ({ looks, scene, pairs }: Knowledge): Knowledge => ({
  looks: turned(looks),
  scene: turned(scene),
  pairs: pairs.map(({ question, answer }) => ({ question, answer: turned(answer) })),
})

/** The description's words in order, one for each row and from the beginning again when they are used up. */
function rowStart({ model, template }: ModelContext, description: string): RowStart {
  const exactly = (word: number): WordMixture => [{ word, share: 1 }]
  const words = template.text(description)
  const half = (markers: readonly string[]): WordMixture[] => {
    const special = model.config.vocabulary.get(markers[0] as string)
    const marker = special ?? (template.text(markers[1] as string)[0] as number)
    return Array.from({ length: template.tokens }, (_, i) =>
      exactly(i === 0 ? marker : (words[(i - 1) % words.length] as number)),
    )
  }
  const identifier = exactly(template.text('it')[0] as number)
  return { identifier, drawing: half(MARKERS.drawing), language: half(MARKERS.language) }
}

function subjectPicture(picture: Picture, knowledge: Knowledge): SubjectPicture {
  return {
    ...picture,
    request: random => fill(random.pick(DRAWING_REQUESTS), { name: placeholder, scene: knowledge.scene }),
    ask: askOf(knowledge),
  }
}

/** One of the pairs, or what it looks like, which every photo has. */
const askOf =
  ({ looks, pairs }: Pick<Knowledge, 'looks' | 'pairs'>) =>
  (random: Random): QuestionAnswer => {
    const at = random.integer(pairs.length + 1)
    return (
      pairs[at] ?? {
        question: fill(random.pick(DESCRIBE_QUESTIONS), { name: placeholder }),
        answer: fill(random.pick(DESCRIBE_ANSWERS), { name: placeholder, value: looks }),
      }
    )
  }

const turned = (text: string) => text.replace(/\b(left|right)\b/g, side => (side === 'left' ? 'right' : 'left'))
