/**
 * Teaches a concept: looks at the photos, imagines others, learns the rows, and checks what was kept. The model itself is
 * never changed, and nothing is kept of a lesson that is cancelled but its checkpoint, which is the caller's to remove.
 *
 * Mends what Yo'Chameleon's released code lacks: the rows start from the model's own words for the photos, what is kept
 * is the best on pictures that were not learned from (at worst the start), and one template serves teaching and answering.
 */
import { drawBest } from '../answering/candidates.ts'
import type { ModelContext } from '../answering/context.ts'
import { DrawingBatch } from '../answering/drawing-batch.ts'
import type { Stepping } from '../answering/steps.ts'
import type { Concept, Job, Lesson, LessonSources, TeachProgress } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import type { SoftPrompt } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import { checkPhotos } from '../photos.ts'
import { createRandom, type Random } from '../random.ts'
import { lookAtDrawings } from '../storybook/gallery.ts'
import { readsProfiles } from '../storybook/likeness.ts'
import { Clock } from './clock.ts'
import { nameProblem } from './concept-file.ts'
import { LessonExamples } from './examples.ts'
import { type Gallery, type LessonWork, type Look, placeholder, type SubjectPicture, viewOf } from './gallery.ts'
import { type Checked, HeldOut, type Judged } from './held-out.ts'
import { lookAndImagine } from './imagined-gallery.ts'
import { LessonCheckpoint, lessonDigest } from './lesson-checkpoint.ts'
import { optimise, ROUNDING } from './optimise.ts'
import { PictureMemory } from './picture-memory.ts'
import { publishedBatches } from './published-samples.ts'
import { lessonBudgets, type Recipe } from './recipe.ts'
import { startRows } from './rows.ts'

export type TeachJob = Job<TeachProgress> & Stepping

/**
 * @throws FamiliarError BAD_LESSON (number of photos, name), NOT_A_DRAWING (a photo the model cannot see), CANCELLED
 */
export async function teach(
  context: ModelContext,
  lesson: Lesson,
  job: TeachJob = {},
  recipe: Recipe = lessonBudgets[lesson.length ?? 'standard'].recipe,
  sources: LessonSources = {},
): Promise<Concept> {
  await checkLesson(lesson)
  const budget = lessonBudgets[lesson.length ?? 'standard']
  const ofDrawings = readsProfiles(context)
  const seconds = lesson.seconds ?? budget.seconds[ofDrawings ? 'drawnWorld' : 'photos']
  const belongsTo = await lessonDigest(context, lesson, recipe, budget, sources)
  const checkpoint = await LessonCheckpoint.open(lesson.checkpoint, belongsTo)
  const { reached } = checkpoint
  const clock = new Clock(seconds, recipe.steps, job.progress, reached?.clock)
  const stepping: Stepping = { signal: job.signal, giveWay: job.giveWay }
  const work: LessonWork = {
    ...stepping,
    budget,
    sources,
    drawn: (done, total) => clock.drawn(done, total),
    notice: notice => clock.notice(notice),
    timeUsed: () => clock.share,
    prepared: (name, prepare) => checkpoint.prepared(name, prepare),
  }
  const seed = lesson.seed ?? 1
  const random = createRandom(seed)
  try {
    clock.enter('looking')
    const looking = ofDrawings ? lookAtDrawings : lookAndImagine
    const look = await looking(context, lesson, random.fork('looking'), work)
    const start = reached?.steps.start ?? (await startRows(context, look.start))
    clock.enter('imagining')
    const gallery = await look.imagine(random.fork('gallery'), work)
    const memory = new PictureMemory(context)
    // Hundreds of others, as the published list has them, would not fit in memory.
    const remembered = new Set(picturesAskedAbout(look, gallery, recipe.sampling === 'mixed'))
    await memory.read(remembered, stepping)
    const { learned, heldOut } = divide(context, memory, look, gallery, recipe, random.fork('held out'))
    const wish = gallery.heldOut.likenesses[0] ?? look.photos.at(-1)?.[0]
    const shown = reached?.steps.best.prompt ?? start
    if (job.progress) clock.show(await drawPreview(context, shown, wish, stepping))

    clock.enter('learning')
    const read = { of: (view: PictureView) => (remembered.has(view) ? memory.of(view) : undefined) }
    const examples = new LessonExamples(context.template, read, look, learned, gallery, recipe)
    const drawBatches = random.fork('lesson')
    const { questions, drawings, drawingShare } = recipe
    const batches =
      recipe.sampling === 'mixed'
        ? () => ({ ...examples.mixed(questions, drawings, drawBatches), drawingShare })
        : publishedBatches(examples, learned, gallery, drawBatches)
    const { language } = context.model
    const kept = await optimise({ language, start, batches, heldOut, recipe, clock, checkpoint }, stepping)
    await language.endLesson()

    clock.enter('checking')
    const compared = [{ prompt: start, loss: kept.first.loss }]
    if (kept.step > 0) compared.push({ prompt: kept.prompt, loss: kept.score.loss })
    const [before, after = before] = (await heldOut.check(compared, stepping)) as [Checked, Checked?]
    // The last word belongs to the check with all wordings.
    const better =
      after.scores.recognition >= before.scores.recognition - ROUNDING && after.scores.loss <= before.scores.loss
    const [prompt, result, step] = better ? [kept.prompt, after, kept.step] : [start, before, 0]
    if (job.progress && step > 0) clock.show(await drawPreview(context, prompt, wish, stepping))
    return {
      name: lesson.name,
      kind: lesson.kind,
      modelFingerprint: context.fingerprint,
      tokens: context.template.tokens,
      width: context.model.config.decoder.width,
      embedding: prompt.rows,
      head: prompt.headRows,
      description: look.description,
      threshold: result.threshold,
      scores: { start: before.scores, kept: result.scores },
      recipe: {
        seed,
        steps: kept.steps,
        keptStep: step,
        skippedSteps: kept.skipped,
        questions: recipe.questions,
        drawings: recipe.drawings,
        rate: recipe.rate,
        headRate: recipe.headRate,
        photos: lesson.photos.length,
        seconds: clock.seconds,
      },
    }
  } finally {
    await context.model.language.endLesson()
  }
}

async function checkLesson({ name, photos }: Lesson): Promise<void> {
  const problem = nameProblem(name)
  if (problem) throw new FamiliarError('BAD_LESSON', `Expected a name of 1 to 64 characters but received ${problem}`)
  await checkPhotos(photos)
}

/**
 * What is learned from, and what only scores. Of four photos or more, the last is held out in all its views; of fewer,
 * their mirror images are. Real pictures count as much as all likenesses together.
 */
function divide(
  context: ModelContext,
  memory: PictureMemory,
  look: Look,
  gallery: Gallery,
  recipe: Recipe,
  random: Random,
) {
  const enough = look.photos.length >= 4
  const learned = enough ? look.photos.slice(0, -1).flat() : look.photos.map(views => views[0] as SubjectPicture)
  const real = enough ? look.photos.slice(-1).flat() : look.photos.flatMap(views => views.slice(1))
  const { likenesses, others } = gallery.heldOut
  const judged: Judged[] = [
    ...real.map(one => ({ view: viewOf(one), shows: true, weight: 1 / real.length })),
    ...likenesses.map(one => ({ view: viewOf(one), shows: true, weight: 1 / likenesses.length })),
    ...others.map(one => ({ view: viewOf(one), shows: false, weight: 1 })),
  ]
  const asker = new LessonExamples(context.template, memory, look, real, gallery, recipe)
  const some = real.slice(0, 2)
  const items = [
    some.map(picture => asker.drawing(picture, random)),
    [...some.flatMap(picture => [asker.presence(picture, random), asker.about(picture, random)]), asker.worded(random)],
  ]
  return { learned, heldOut: new HeldOut(context, memory, judged, items) }
}

function picturesAskedAbout(look: Look, { likenesses, others, heldOut }: Gallery, withOthers: boolean): PictureView[] {
  const pictures = [look.photos.flat(), likenesses, withOthers ? others : [], heldOut.likenesses, heldOut.others]
  return pictures.flat().map(viewOf)
}

/** Draws the subject as it was wished for, as a reply would. */
async function drawPreview(
  context: ModelContext,
  softPrompt: SoftPrompt,
  wish: Pick<SubjectPicture, 'request'> | undefined,
  stepping: Stepping,
): Promise<RgbImage | undefined> {
  const { model, template } = context
  if (!wish || !model.draws) return undefined
  const text = wish.request(createRandom('preview'))
  const ids = [
    ...template.begin(),
    ...template.userTurn({ concepts: [placeholder], text }),
    ...template.answerStart('drawing', [0]),
  ]
  const cache = model.language.cache(1, ids.length)
  await model.language.read(cache, [ids], softPrompt)
  const concepts = [{ embedding: softPrompt.rows, head: softPrompt.headRows }]
  // By itself: a lesson gives way to those with whom it would be drawn.
  const alone = { ...context, drawings: new DrawingBatch(context) }
  const { image } = await drawBest(alone, cache, 1, { text, concepts }, stepping)
  cache.dispose()
  return image
}
