/**
 * `familiar demo`: the whole story in a terminal. Somebody is taught from a few pictures, five questions are asked, and
 * what was taught, asked and drawn lies in a folder. The engine works in a process of its own, as it does for a bot.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Concept, Reply } from '../engine/engine.ts'
import { FamiliarError } from '../engine/errors.ts'
import { type EngineHost, startEngineHost } from '../engine/host/client.ts'
import { writeConcept } from '../engine/learning/concept-file.ts'
import { requireModel } from '../engine/models/obtain.ts'
import type { Config } from './config.ts'
import { createProgressBar, duration, type ProgressBar } from './demo/progress-bar.ts'
import { type DemoQuestion, demoQuestions } from './demo/questions.ts'
import { type DemoSubject, readSubject, sampleSubject } from './demo/subject.ts'
import { createMemoryRecorder } from './memory-use.ts'
import { toDrawingPng, toPng } from './pictures.ts'

export interface DemoOptions {
  /** A folder of 3 to 5 pictures; a sampled pet when left out. */
  readonly photos?: string
  readonly name?: string
  readonly seed: number
  /** Default: `demo` in the data folder. */
  readonly out?: string
  /** One JSON object on stdout instead of the story. */
  readonly json?: boolean
  readonly config: Config
  readonly signal: AbortSignal
  /** Whose engine it is; tests bring their own. */
  readonly startEngine?: typeof startEngineHost
}

/** The sampled pet's name, when none is given. */
const defaultName = 'Mắm'

/** What `--json` prints. Files are names inside `folder`, times are seconds. */
export interface DemoReport {
  name: string
  seed: number
  model: string
  device: string
  folder: string
  files: string[]
  teach: { photos: string[]; seconds: number; description: string; scores: Concept['scores'] }
  answers: DemoAnswer[]
  seconds: number
}

export interface DemoAnswer {
  asks: DemoQuestion['asks']
  question: string
  picture?: string
  answer: string
  drawing?: string
  altText?: string
  selfPrompt: Reply['selfPrompt']
  seconds: number
  /** Whether it is right, where that is known. */
  right?: boolean
}

/**
 * @throws FamiliarError for pictures, names, folders and models that do not do
 * @throws the signal's reason when it fires
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { config, signal, startEngine = startEngineHost } = options
  const began = performance.now()
  const tell = (line = '') => options.json || console.log(line)
  const bar = createProgressBar()
  const folder = await createFolder(options.out ?? join(config.dataDir, 'demo'))
  const subject = await chooseSubject(options)
  // Where it cannot be written, the demo is no worse.
  const memory = createMemoryRecorder(config.dataDir, () => {})
  let engine: EngineHost | undefined
  try {
    const modelFolder = await requireModel(config.model, config.hub)
    const { device: wish, weights, lessons } = config
    const wanted = { modelFolder, modelName: config.model.name, device: wish, weights, lessons: lessons.sources }
    engine = await startEngine(wanted, { used: memory.used })
    signal.throwIfAborted()
    const { name: model, device } = engine.model
    tell(`Teaching ${subject.name} from ${subject.photos.length} pictures. (Model ${model}, running on ${device}.)`)
    const lesson = new Story(engine, subject, { config, folder, seed: options.seed, signal, bar, tell })
    const teach = await lesson.teach()
    const answers = await lesson.ask()
    const files = lesson.files
    tell(`\nThe pictures, the drawing and what was learned are in ${folder}`)
    const seconds = round((performance.now() - began) / 1000)
    const report: DemoReport = {
      name: subject.name,
      seed: options.seed,
      model,
      device,
      folder,
      files,
      teach,
      answers,
      seconds,
    }
    if (options.json) console.log(JSON.stringify(report, null, 2))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    bar.clear()
    await engine?.close()
    await memory.written()
  }
}

async function createFolder(path: string): Promise<string> {
  const folder = resolve(path)
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new FamiliarError('BAD_FOLDER', `Expected a folder that can be written to but ${folder} gave ${cause.code}`, {
      cause,
    })
  })
  return folder
}

async function chooseSubject({ photos, name, seed }: DemoOptions): Promise<DemoSubject> {
  if (name !== undefined && name.trim() === '')
    throw new FamiliarError('BAD_NAME', 'Expected a name for --name but received an empty one')
  if (photos === undefined) return sampleSubject(name ?? defaultName, seed)
  if (name === undefined) throw new FamiliarError('BAD_NAME', 'Expected --name beside --photos but received none')
  return readSubject(photos, name, seed)
}

interface Telling {
  readonly config: Config
  readonly folder: string
  readonly seed: number
  readonly signal: AbortSignal
  readonly bar: ProgressBar
  readonly tell: (line?: string) => void
}

/** One subject's lesson and what is asked after it. */
class Story {
  readonly files: string[] = []
  readonly #engine: EngineHost
  readonly #subject: DemoSubject
  readonly #telling: Telling
  #concept!: Concept

  constructor(engine: EngineHost, subject: DemoSubject, telling: Telling) {
    this.#engine = engine
    this.#subject = subject
    this.#telling = telling
  }

  async teach(): Promise<DemoReport['teach']> {
    const { name, photos } = this.#subject
    const { config, bar, signal, seed, folder, tell } = this.#telling
    const { length, seconds: limit } = config.lessons
    const names: string[] = []
    for (const [i, photo] of photos.entries()) names.push(await this.#write(`taught-${i + 1}.png`, await toPng(photo)))
    const began = performance.now()
    const writing: Promise<unknown>[] = []
    this.#concept = await this.#engine.teach(
      { name, kind: 'pet', photos, seed, length, ...(limit !== undefined && { seconds: limit }) },
      {
        signal,
        progress: ({ phase, step, steps, loss, secondsLeft, preview }) => {
          const notes = [loss === undefined ? '' : `loss ${loss.toFixed(3)}`, `${duration(secondsLeft)} left`]
          bar.update(phase, step, steps, notes.filter(Boolean).join('  '))
          if (!preview) return
          const file = `preview-${writing.length + 1}.png`
          writing.push(toDrawingPng(preview).then(png => this.#write(file, png)))
        },
      },
    )
    const seconds = round((performance.now() - began) / 1000)
    bar.clear()
    await Promise.all(writing)
    await writeConcept(join(folder, 'concept.safetensors'), this.#concept)
    this.files.push('concept.safetensors')
    const { description, scores } = this.#concept
    const percent = (share: number) => `${Math.round(100 * share)} %`
    tell(
      `Learned in ${duration(seconds)}. On pictures held back, ${percent(scores.kept.recognition)} are told apart ` +
        `(${percent(scores.start.recognition)} before the first step).`,
    )
    if (description) tell(`In the model's words: ${description}`)
    return { photos: names, seconds, description, scores }
  }

  async ask(): Promise<DemoAnswer[]> {
    const answers: DemoAnswer[] = []
    for (const question of demoQuestions(this.#subject)) answers.push(await this.#ask(question))
    return answers
  }

  async #ask({ asks, text, picture, isRight }: DemoQuestion): Promise<DemoAnswer> {
    const { bar, signal, seed, tell } = this.#telling
    if (picture && !this.files.includes(picture.file)) await this.#write(picture.file, await toPng(picture.image))
    tell(`\n> ${text}${picture ? `  [${picture.file}]` : ''}`)
    const began = performance.now()
    const reply = await this.#engine.reply(
      {
        text,
        concepts: [this.#concept],
        drawing: asks === 'drawing',
        seed,
        ...(picture && { images: [picture.image] }),
      },
      {
        signal,
        progress: progress => {
          if (progress.type === 'drawing') bar.update('drawing', progress.done, progress.total)
        },
      },
    )
    const seconds = round((performance.now() - began) / 1000)
    bar.clear()
    const answer: DemoAnswer = { asks, question: text, answer: reply.text, selfPrompt: reply.selfPrompt, seconds }
    if (picture) answer.picture = picture.file
    if (reply.text) tell(`  ${reply.text}`)
    if (reply.image) {
      answer.drawing = await this.#write('drawing.png', await toDrawingPng(reply.image))
      answer.altText = reply.altText
      tell(`  [${answer.drawing}]${reply.altText ? ` ${reply.altText}` : ''}`)
    }
    if (isRight) answer.right = await isRight(reply)
    return answer
  }

  async #write(file: string, bytes: Uint8Array): Promise<string> {
    await writeFile(join(this.#telling.folder, file), bytes)
    this.files.push(file)
    return file
  }
}

const round = (seconds: number) => Math.round(100 * seconds) / 100
