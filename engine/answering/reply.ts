/** A turn's answer: the prompt is read, the model chooses words or a picture, and says or draws it. */
import type { Concept, Job, Reply, ReplyProgress, SelfPrompt, Turn } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { KvCache } from '../models/kv-cache.ts'
import type { PictureView } from '../models/multimodal.ts'
import { altTextOf } from './alt-text.ts'
import { drawBest } from './candidates.ts'
import type { ModelContext } from './context.ts'
import { type Conversation, checkTurn, converse } from './conversation.ts'
import { asksPresence, presenceAnswer } from './presence-answer.ts'
import { seePictures } from './seeing.ts'
import { chooseSelfPrompt } from './self-prompt.ts'
import { joinRows, requireOwn } from './soft-prompt.ts'
import { speak } from './speaking.ts'
import { nextStep } from './steps.ts'
import { TextStream } from './text-stream.ts'

/** @throws FamiliarError BAD_TURN, FOREIGN_CONCEPT, CANCELLED */
export async function reply(context: ModelContext, turn: Turn, job: Job<ReplyProgress> = {}): Promise<Reply> {
  const { model, template, generation } = context
  const { signal, progress } = job
  const seed = turn.seed ?? Math.floor(Math.random() * 2 ** 31)
  checkTurn(turn)
  requireOwn(turn.concepts ?? [], context.fingerprint, template.tokens, model.config.decoder.width)
  await nextStep({ signal })

  let pictures: PictureView[]
  try {
    pictures = await seePictures(context, turn.images ?? [])
  } catch (error) {
    if (!(error instanceof FamiliarError) || error.code !== 'NOT_A_DRAWING') throw error
    progress?.({ type: 'text', delta: error.message })
    return { selfPrompt: 'none', text: error.message, seed }
  }

  const conversation = converse(template, turn, pictures, {
    maxLength: generation.maxLength,
    maxPositions: model.config.maxPositions,
    words: generation.maxNewTokens,
    drawing: model.draws ? model.pictures.codesPerPicture + 2 : 0,
  })
  const { concepts, named } = conversation
  const softPrompt = joinRows(concepts)
  const room = conversation.ids.length + named.length * template.tokens + generation.maxNewTokens
  await nextStep({ signal })
  const { ids, repeats } = conversation
  const { cache, reading: question } = await context.prefixes.read(ids, repeats, softPrompt, room)
  const { predictsPictures } = template.words
  const beginsPictures = model.draws && predictsPictures
  // A model that cannot tell by itself draws when it is asked to.
  const toldToDraw = model.draws && !predictsPictures && turn.drawing === true
  const chosen = chooseSelfPrompt(question.logits, template, named, model.draws, beginsPictures)
  const choice = toldToDraw && chosen.half === 'none' && named.length > 0 ? { half: 'drawing' as const } : chosen
  const selfPrompt: SelfPrompt = choice.half

  let logits = question.logits
  if (choice.half !== 'none')
    logits = (await model.language.read(cache, [template.answerStart(choice.half, named)], softPrompt)).logits
  const names = concepts.map(({ name }) => name)
  const asksWhoIsThere = choice.half === 'language' && pictures.length > 0 && asksPresence(turn.text, names)
  const asked = named.map(slot => concepts[slot] as Concept)
  const verdict = asksWhoIsThere ? await presenceAnswer(context, logits, pictures, asked, { signal }) : undefined
  const stream = new TextStream(template, names, delta => progress?.({ type: 'text', delta }))
  const ended =
    choice.half === 'drawing' || (choice.half === 'none' && toldToDraw)
      ? 'picture'
      : await speak(context, cache, logits, {
          softPrompt,
          slots: concepts.map((_, slot) => slot),
          mayDraw: choice.half === 'none' && beginsPictures,
          first: choice.half === 'none' ? choice.word : verdict,
          maxWords: generation.maxNewTokens,
          word: id => stream.push(id),
          signal,
        })
  const text = stream.end()
  const drawing = ended === 'end' ? {} : await draw(context, conversation, cache, turn, seed, job)
  cache.dispose()
  return { selfPrompt, text, seed, ...drawing }
}

async function draw(
  context: ModelContext,
  { concepts, named }: Conversation,
  cache: KvCache,
  turn: Turn,
  seed: number,
  { signal, progress }: Job<ReplyProgress>,
): Promise<Pick<Reply, 'image' | 'altText'>> {
  // Others are known from what was said before, and need not be in the picture.
  const drawn = named.map(slot => concepts[slot] as Concept)
  const request = { text: turn.text, concepts: drawn }
  const { image } = await drawBest(context, cache, seed, request, {
    signal,
    progress: (done, total) => progress?.({ type: 'drawing', done, total }),
  })
  const altText = altTextOf(
    turn.text,
    concepts.map(({ name }) => name),
  )
  return { image, altText }
}
