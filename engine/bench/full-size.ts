/**
 * `familiar bench --random-weights`: a model of real size in each kind of weights, each part in a process of its own, beside what
 * the machine's rates would allow.
 */
import { fork } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { FamiliarError } from '../errors.ts'
import { sizeOf } from '../graph/graph.ts'
import { type Failure, fromFailure } from '../host/messages.ts'
import { shapesOf } from '../models/architectures.ts'
import { publishedJanus } from '../models/janus/shapes.ts'
import { bytesIn, type ModelSize, memoryPlan, type WeightKind, weightKinds } from '../models/memory-plan.ts'
import type { ModelSource } from '../models/resolve.ts'
import { prepareWeights, readModelSize } from '../models/weight-choice.ts'
import { chooseDevice } from '../runtime/devices.ts'
import { memoryEnvironment } from '../runtime/memory.ts'
import type { Device } from '../runtime/session.ts'
import type { AnsweringFigures, LearningFigures, MachineFigures, PartOptions } from './full-size-parts.ts'
import type { Part } from './full-size-process.ts'
import { writeRandomCheckpoint } from './random-checkpoint.ts'

export interface FullSizeOptions {
  readonly source: ModelSource
  /** One kind, whether it fits or not; or all that fit into the memory that is free. */
  readonly weights: WeightKind | 'auto'
  readonly device: Device | 'auto'
  /** Where the checkpoint is written, and stays; a temporary folder when left out. */
  readonly keepIn?: string
  readonly signal: AbortSignal
  /** Told what is being done. */
  readonly note: (what: string) => void
  /** Told all that was measured so far, whenever there is more. */
  readonly progress?: (report: FullSizeReport) => void
  /** Bytes that are free; a test brings its own. */
  readonly freeMemory?: () => number
}

export interface FullSizeReport {
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly node: string
    readonly device: Device
  }
  readonly model: { readonly name: string; readonly parameters: number }
  readonly kinds: readonly KindFigures[]
}

export interface KindFigures {
  readonly kind: WeightKind
  /** Measured just before the model, in the same seconds. */
  readonly machine: MachineFigures
  readonly answering: AnsweringFigures
  /** Nothing where a lesson does not fit. */
  readonly learning?: LearningFigures
}

/** @throws FamiliarError `NO_SHAPES` for a model of which only the name is known, or as `writeRandomCheckpoint` */
export async function measureFullSize(options: FullSizeOptions): Promise<FullSizeReport> {
  const { source, weights, keepIn, signal, note, progress, freeMemory = freemem } = options
  const config = await configOf(source)
  const shapes = await shapesOf(config, source.name)
  const { device } = await chooseDevice(options.device)
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  const folder = keepIn ?? (await mkdtemp(join(tmpdir(), 'familiar-random-')))
  try {
    note(`writing ${(parameters / 1e9).toPrecision(3)} billion random weights to ${folder}`)
    await writeRandomCheckpoint({ folder, config, shapes, signal })
    const size = await readModelSize(folder)
    const processors = cpus()
    const processor = processors[0]?.model.trim() ?? 'unknown processor'
    const machine = { processor, cores: processors.length, node: process.version, device }
    const report = { machine, model: { name: source.name, parameters }, kinds: [] as KindFigures[] }
    for (const kind of weights === 'auto' ? weightKinds : [weights]) {
      const fits = whatFits(size, kind, device, freeMemory())
      if (weights === 'auto' && !fits.answering) {
        note(`${kind} is left out: it takes ${readableBytes(fits.answeringBytes)}`)
        continue
      }
      const cacheFolder = join(folder, 'familiar')
      const { folder: prepared } = await prepareWeights({ folder, cacheFolder, wish: kind, device, signal })
      const given = { folder: prepared, kind, device, bytes: sessionBytes(size, kind) }
      const told = (figures: KindFigures) => progress?.({ ...report, kinds: [...report.kinds, figures] })
      report.kinds.push(await measureKind(given, { fits, wished: weights !== 'auto', signal, note, told }))
    }
    return report
  } finally {
    if (keepIn === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function configOf({ name, folder }: ModelSource): Promise<unknown> {
  if (folder !== undefined) {
    const path = join(folder, 'config.json')
    const text = await readFile(path, 'utf8').catch(cause => {
      throw new FamiliarError('MODEL_NOT_FOUND', `Expected a model's configuration at ${path} but there is none`, {
        cause,
      })
    })
    return JSON.parse(text)
  }
  const config = publishedJanus[name]
  if (config !== undefined) return config
  const known = Object.keys(publishedJanus).join(', ')
  const message = `Expected one of ${known} or a folder with a config.json for random weights but received "${name}"`
  throw new FamiliarError('NO_SHAPES', message)
}

interface Fit {
  readonly answering: boolean
  readonly answeringBytes: number
  readonly learning: boolean
  /** Reading and learning in one process. */
  readonly both: boolean
}

function whatFits(size: ModelSize, kind: WeightKind, device: Device, free: number): Fit {
  const plan = memoryPlan(size, kind, device)
  const session = sessionBytes(size, kind)
  const answeringBytes = session + 4 * size.others + size.embeddingBytes + plan.cache
  return {
    answering: answeringBytes < free,
    answeringBytes,
    learning: plan.total - session < free,
    both: plan.total < free,
  }
}

/** Bytes of the weights that a word runs through. */
const sessionBytes = ({ products, head }: ModelSize, kind: WeightKind): number => bytesIn(kind, products) + 4 * head

interface Measuring extends Pick<FullSizeOptions, 'signal' | 'note'> {
  readonly fits: Fit
  /** Whether this kind was asked for. */
  readonly wished: boolean
  readonly told: (figures: KindFigures) => void
}

async function measureKind(
  options: Omit<PartOptions, 'askedAt' | 'asksQuestions'>,
  { fits, wished, signal, note, told }: Measuring,
): Promise<KindFigures> {
  const { kind } = options
  const given = { ...options, asksQuestions: fits.both }
  note(`${kind}: the machine`)
  const machine = await inProcess<MachineFigures>('machine', given, signal)
  note(`${kind}: answering and drawing`)
  const answered = { kind, machine, answering: await inProcess<AnsweringFigures>('answering', given, signal) }
  told(answered)
  if (!fits.learning && !wished) {
    note(`${kind}: learning is left out, there is too little memory`)
    return answered
  }
  note(`${kind}: learning`)
  const figures = { ...answered, learning: await inProcess<LearningFigures>('learning', given, signal) }
  told(figures)
  return figures
}

/** What a part says in a process of its own, which has ended then. */
async function inProcess<Figures>(
  part: Part,
  options: Omit<PartOptions, 'askedAt'>,
  signal: AbortSignal,
): Promise<Figures> {
  signal.throwIfAborted()
  const path = fileURLToPath(new URL('./full-size-process.ts', import.meta.url))
  const given = JSON.stringify({ ...options, askedAt: Date.now() } satisfies PartOptions)
  const child = fork(path, [part, given], {
    execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
    env: { ...process.env, ...memoryEnvironment },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  process.once('exit', kill)
  try {
    const said = await new Promise<{ figures?: Figures; failure?: Failure }>((resolve, reject) => {
      let message = {}
      child.on('message', received => {
        message = received as object
      })
      child.once('error', reject)
      child.once('exit', (code, name) => resolve(code === 0 ? message : { failure: ended(part, code, name) }))
    })
    signal.throwIfAborted()
    if (said.failure) throw fromFailure(said.failure)
    return said.figures as Figures
  } finally {
    signal.removeEventListener('abort', kill)
    process.off('exit', kill)
  }
}

function ended(part: Part, code: number | null, signal: string | null): Failure {
  const how = signal === null ? `exit code ${code}` : `${signal}: there may be too little memory`
  return { code: 'BENCH_FAILED', message: `Expected the process that measures ${part} to finish but received ${how}` }
}
