/** A bot in a fake chat: everything real between the platform and the engine that can be had in memory. */
import type {
  Concept,
  Engine,
  Job,
  Lesson,
  ModelInfo,
  Recognition,
  Reply,
  ReplyProgress,
  SubjectKind,
  TeachProgress,
  Turn,
} from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { RgbImage } from '../../engine/image.ts'
import { type BotParts, createBot, type RunningBot } from '../../src/bot.ts'
import type { IncomingPicture } from '../../src/conversation/chat.ts'
import { createAsks } from '../../src/jobs/asks.ts'
import { toPng } from '../../src/pictures.ts'
import { createQuotas, type QuotaLimits } from '../../src/quotas.ts'
import { FakeChat, picture, tenant } from './chat.ts'
import { MemoryLibrary, MemoryLog, MemoryQueue, MemorySettings, MemoryShelf } from './memory-house.ts'

/** An engine that does what a test tells it to and remembers what it was asked. */
export class ScriptedEngine implements Engine {
  readonly model: { -readonly [Key in keyof ModelInfo]: ModelInfo[Key] } = {
    name: 'scripted',
    fingerprint: 'f00d',
    device: 'cpu',
    deviceReason: 'a fake',
    weights: { kind: 'f32', reason: 'a fake' },
    drawnWorldOnly: false,
  }
  readonly turns: Turn[] = []
  readonly lessons: Lesson[] = []
  readonly recognised: (readonly Concept[])[] = []
  /** What a question is answered with; a drawing for what begins with "draw". */
  answer: (turn: Turn) => Partial<Reply> | Error | Promise<Partial<Reply> | Error> = ({ text, seed = 0 }) =>
    /^\W*(draw|vẽ)/i.test(text) ? { text: '', image: plain(seed % 256) } : { text: `You said: ${text}` }
  /** Names that are in every picture, with the confidence in each. */
  present: Record<string, number> = {}
  /** What lessons report before they end. */
  progress: TeachProgress[] = [{ phase: 'looking', step: 0, steps: 10, secondsLeft: 10 }]
  /** What lessons fail with. */
  failure: Error | undefined
  recognition = 0.93
  steps = 240
  #gate: Promise<void> | undefined

  /** Lessons wait from now on, until the returned function is called. */
  hold(): () => void {
    let release = () => {}
    this.#gate = new Promise(resolve => {
      release = () => {
        this.#gate = undefined
        resolve()
      }
    })
    return release
  }

  async teach(lesson: Lesson, { progress, signal }: Job<TeachProgress> = {}): Promise<Concept> {
    this.lessons.push(lesson)
    for (const step of this.progress) progress?.(step)
    const aborted = new Promise<never>((_, reject) =>
      signal?.addEventListener('abort', () => reject(new FamiliarError('CANCELLED', 'Cancelled'))),
    )
    aborted.catch(() => {})
    await Promise.race([this.#gate, aborted])
    if (this.failure) throw this.failure
    return concept(lesson.name, lesson.kind, { recognition: this.recognition, steps: this.steps })
  }

  async reply(turn: Turn, _job?: Job<ReplyProgress>): Promise<Reply> {
    this.turns.push(turn)
    const answer = await this.answer(turn)
    if (answer instanceof Error) throw answer
    return { selfPrompt: 'none', text: '', seed: turn.seed ?? 0, ...answer }
  }

  async recognise(_image: RgbImage, among: readonly Concept[]): Promise<Recognition[]> {
    this.recognised.push(among)
    return among
      .map(({ name }) => ({ concept: name, confidence: this.present[name] ?? 0.1 }))
      .map(each => ({ ...each, present: each.confidence >= 0.5 }))
      .sort((a, b) => b.confidence - a.confidence)
  }

  async close() {}
}

export function concept(
  name: string,
  kind: SubjectKind = 'pet',
  { recognition = 0.93, fingerprint = 'f00d', steps = 240 } = {},
) {
  const result: Concept = {
    name,
    kind,
    modelFingerprint: fingerprint,
    tokens: 1,
    width: 2,
    embedding: new Float32Array(6),
    head: new Float32Array(6),
    description: 'a grey cat with a red hat',
    threshold: 0.5,
    scores: { start: { recognition: 0.7, loss: 1 }, kept: { recognition, loss: 0.5 } },
    recipe: { steps },
  }
  return result
}

/** A picture of one colour with a corner of another, so that no two shades are copies. */
export function plain(shade: number, side = 24): RgbImage {
  const data = new Uint8Array(side * side * 3).fill(shade)
  data.fill(255 - shade, 0, data.length / 4)
  return { width: side, height: side, data }
}

/** Large enough to learn from. */
const photoSide = 200

/** So many different pictures, as files. */
export async function album(count: number): Promise<IncomingPicture[]> {
  const shades = Array.from({ length: count }, (_, index) => 10 + 20 * index)
  return Promise.all(
    shades.map(async (shade, index) => picture(await toPng(plain(shade, photoSide)), `${index + 1}.png`)),
  )
}

export interface Home {
  readonly chat: FakeChat
  readonly engine: ScriptedEngine
  readonly library: MemoryLibrary
  readonly queue: MemoryQueue
  readonly settings: MemorySettings
  readonly shelf: MemoryShelf
  readonly log: MemoryLog
  readonly bot: RunningBot
  /** Teaches without any questions. */
  taught(
    name: string,
    more?: { kind?: SubjectKind; owner?: string; depicts?: string; facts?: string[] },
  ): Promise<string>
  /** Closes the bot and starts another one on what it left. */
  restart(): Promise<Home>
}

interface HomeOptions {
  readonly quotas?: QuotaLimits
  readonly policy?: BotParts['policy']
  readonly blockList?: readonly string[]
  readonly earlier?: Home
}

export async function home(options: HomeOptions = {}): Promise<Home> {
  const { earlier } = options
  const chat = earlier?.chat ?? new FakeChat()
  const engine = earlier?.engine ?? new ScriptedEngine()
  const library = earlier?.library ?? new MemoryLibrary()
  const settings = earlier?.settings ?? new MemorySettings()
  const shelf = earlier?.shelf ?? new MemoryShelf()
  const log = earlier?.log ?? new MemoryLog()
  const queue = new MemoryQueue(engine, earlier?.queue)
  const bot = createBot({
    engine,
    library,
    queue,
    asks: createAsks(),
    quotas: await createQuotas(undefined, options.quotas ?? {}),
    settings,
    storage: shelf,
    platforms: [chat],
    policy: options.policy,
    blockList: options.blockList,
    log,
  })
  chat.bot = bot
  await bot.start()
  const self: Home = {
    chat,
    engine,
    library,
    queue,
    settings,
    shelf,
    log,
    bot,
    async taught(name, { kind = 'pet', owner = 'An', depicts, facts = [] } = {}) {
      const record = await library.save(tenant, {
        concept: concept(name, kind),
        owner: { id: `id-${owner}`, name: owner },
        ...(depicts && { depicts: `id-${depicts}` }),
      })
      for (const text of facts) await library.remember(tenant, [record.id], { text, by: `id-${owner}` })
      return record.id
    },
    async restart() {
      await bot.close()
      return home({ ...options, earlier: self })
    },
  }
  return self
}
