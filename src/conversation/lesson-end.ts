/**
 * The good end of a lesson: the concept is drawn once, kept together with its drawing and what was said about it, and
 * a new message tells who asked for it.
 */

import { namedIn, nameKey } from '../../engine/answering/names.ts'
import type { Concept, LessonNotice, SubjectKind } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { ConceptRecord } from '../concepts/library.ts'
import type { TeachingJob } from '../jobs/teaching.ts'
import { type Say, speaker } from '../texts/texts.ts'
import type { OutgoingMessage, OutgoingPicture } from './chat.ts'
import { drawingPicture } from './drawing-picture.ts'
import type { LessonNeeds } from './lessons.ts'
import { withoutContent } from './logging.ts'
import { postOrTell } from './posting.ts'

/** Scores below this are little better than guessing. */
const unsure = 0.65

/**
 * @param notice what went otherwise than it was set up
 * @throws FamiliarError `CANNOT_WRITE`; `NAME_TAKEN` when somebody else has taught that name since the job was asked for
 */
export async function endLesson(
  job: TeachingJob,
  concept: Concept,
  needs: LessonNeeds,
  notice?: LessonNotice,
): Promise<void> {
  const { engine, library, platforms, log } = needs
  // What the built-in model reads in drawings is nearly all that its steps would teach it.
  const hurried = concept.recipe.steps === 0 && !engine.model.drawnWorldOnly
  if (hurried)
    log.warn(
      { job: job.id, seconds: concept.recipe.seconds },
      'a lesson’s time was over before its first step: LESSON and TEACH_SECONDS give it more',
    )
  const sample = await drawSample(job, concept, needs)
  const before = await library.find(job.tenant, job.name)
  if (before && before.owner !== job.by.id && before.taught > job.asked)
    throw new FamiliarError(
      'NAME_TAKEN',
      `Expected a free name but ${before.ownerName} has taught ${before.name} meanwhile`,
    )
  const record = await library.save(job.tenant, {
    concept: { ...concept, name: job.name },
    // An admin who teaches it again does not take it from whose it is.
    owner: before ? { id: before.owner, name: before.ownerName } : { id: job.by.id, name: job.by.name },
    ...(job.depicts && { depicts: job.depicts }),
    ...(sample && { sample: sample.bytes }),
  })
  if (job.facts)
    await keepFact(job.facts, record, job, needs).catch(error =>
      log.warn({ ...withoutContent(error), tenant: job.tenant }, 'a sentence cannot be remembered'),
    )
  try {
    const say = speaker(job.by.locale)
    await postOrTell(
      platforms(job.tenant),
      job.place,
      job.by.id,
      resultMessage(say, job, record, needs, { hurried, sample, notice }),
    )
  } catch (error) {
    log.warn({ ...withoutContent(error), tenant: job.tenant }, 'the end of a lesson cannot be told')
  }
}

async function drawSample(
  job: TeachingJob,
  concept: Concept,
  { engine, log }: LessonNeeds,
): Promise<OutgoingPicture | undefined> {
  try {
    const reply = await engine.reply({ text: `Draw ${job.name}.`, concepts: [concept], drawing: true, seed: job.seed })
    if (!reply.image) return undefined
    const altText = speaker(job.by.locale)('drawing.of', { what: job.name })
    return await drawingPicture(reply.image, [job.name], altText)
  } catch (error) {
    // A concept without a sample is a concept.
    log.warn({ ...withoutContent(error), tenant: job.tenant }, 'a concept cannot be drawn')
    return undefined
  }
}

/** What was said when it was taught stands with everybody whom it names; taught again, it is not said twice. */
async function keepFact(text: string, record: ConceptRecord, { tenant, by }: TeachingJob, { library }: LessonNeeds) {
  if (record.facts.some(fact => nameKey(fact.text) === nameKey(text))) return
  const records = await library.list(tenant)
  const named = namedIn(
    text,
    records.map(({ name }) => name),
  ).map(index => records[index]!.id)
  await library.remember(tenant, [...new Set([record.id, ...named])], { text, by: by.id })
}

interface Ending {
  /** There was no time to learn. */
  readonly hurried: boolean
  readonly sample: OutgoingPicture | undefined
  readonly notice: LessonNotice | undefined
}

function resultMessage(
  say: Say,
  { by, place }: TeachingJob,
  { name, kind, version, description, scores }: ConceptRecord,
  { engine, policy }: LessonNeeds,
  { hurried, sample, notice }: Ending,
): OutgoingMessage {
  const parts = [
    say(version > 1 ? 'learned.again' : 'learned.new', { name }),
    scoresInWords(say, name, scores),
    description && say('learned.description', { description }),
    hurried && say('learned.hurried', { name }),
    notice && policy.teacher && say(`teacher.${notice.reason}`, { host: policy.teacher }),
    sample && say('drawing.sample', { name }),
    [say('learned.try'), ...thingsToTry(say, name, kind, engine.model.drawnWorldOnly)].join('\n• '),
    kind === 'person' && !place.direct && say('learned.withdraw', { name }),
  ]
  return {
    text: parts.filter(Boolean).join('\n'),
    ...(sample && { pictures: [sample] }),
    mentions: [by.id],
  }
}

/** `On pictures that I had not seen before, I was right 93 times out of 100.` */
export function scoresInWords(say: Say, name: string, { kept }: ConceptRecord['scores']): string {
  const times = Math.round(100 * kept.recognition)
  return say(kept.recognition < unsure ? 'scores.unsure' : 'scores.sure', { name, times })
}

/** The model of the drawn world reads a little English and nothing else. */
function thingsToTry(say: Say, name: string, kind: SubjectKind, english: boolean): string[] {
  const words = english ? speaker('en') : say
  const draw = kind === 'place' ? 'try.draw.place' : 'try.draw'
  return [
    words(draw, { name }),
    words('try.describe', { name }),
    say('try.picture', { question: words('try.is', { name }) }),
  ]
}
