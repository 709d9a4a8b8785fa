/**
 * A bot that plays the product without a model: it teaches by waiting, draws with the drawn world's own renderer and
 * answers a few questions. For the page's tests and for working on the page (`serve.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../engine/random.ts'
import { renderScene } from '../../engine/storybook/renderer.ts'
import { type Individual, PLACES, type Place as Scenery, sampleScene } from '../../engine/storybook/scene.ts'
import type {
  Adapter,
  Bot,
  Card,
  Choice,
  CommandCall,
  Exchange,
  Form,
  IncomingMessage,
  MessageRef,
  OutgoingMessage,
  OutgoingPicture,
  Person,
  Place,
  Press,
  Submission,
} from '../../src/conversation/chat.ts'
import { toDrawingPng } from '../../src/pictures.ts'

const cat: Individual = {
  kind: 'cat',
  coat: 'orange',
  pattern: 'striped',
  second: 'brown',
  eyes: 'green',
  accessory: { what: 'scarf', colour: 'blue' },
  traits: { shade: 0.5, warmth: 0.5, build: 0.65, head: 0.5, ears: 0.5, tail: 0.8, eyeSize: 0.8, mark: 0.5 },
}

interface Lesson {
  readonly name: string
  readonly by: Person
  readonly place: Place
  card?: MessageRef
  step: number
  cancelled?: boolean
}

const form: Form = {
  action: 'teach',
  title: 'Whom should I get to know?',
  submit: 'Teach',
  fields: [
    { type: 'pictures', name: 'photos', label: 'Photos', min: 3, max: 5 },
    { type: 'text', name: 'name', label: 'Name', maxLength: 32 },
    {
      type: 'choice',
      name: 'kind',
      label: 'What is it?',
      choices: [
        { value: 'pet', label: 'A pet' },
        { value: 'person', label: 'A person' },
        { value: 'thing', label: 'A thing' },
      ],
      value: 'pet',
    },
    { type: 'text', name: 'facts', label: 'Anything I should remember?', optional: true, maxLength: 300 },
    { type: 'person', name: 'who', label: 'If it is a member of this chat, who?', optional: true },
    { type: 'tick', name: 'consent', label: 'It is me in the photos, and I agree.' },
  ],
}

export interface StoryOptions {
  /** Milliseconds between two steps of a lesson, of which there are `steps`. */
  readonly pace?: number
  readonly steps?: number
}

export class StoryBot implements Bot {
  readonly known: string[] = []
  readonly heardIds: string[] = []
  readonly reports: string[] = []
  adapter!: Adapter
  readonly #lessons: Lesson[] = []
  readonly #pace: number
  readonly #steps: number
  #seed = 1
  #ended = false

  constructor({ pace = 250, steps = 24 }: StoryOptions = {}) {
    this.#pace = pace
    this.#steps = steps
  }

  async heard(message: IncomingMessage, exchange: Exchange): Promise<void> {
    this.heardIds.push(message.id)
    if (!message.mentionsBot && !message.place.direct && !message.repliedTo?.fromBot) return
    await exchange.busy()
    await sleep(this.#pace * 5)
    await exchange.say(await this.#answer(message))
  }

  async called(call: CommandCall, exchange: Exchange): Promise<void> {
    if (call.name === 'teach') return exchange.open!(form)
    if (call.name === 'who') {
      await exchange.busy()
      await sleep(this.#pace)
      return void (await exchange.say({ text: `That is **${this.known[0] ?? 'nobody I know'}**.` }))
    }
    const known = this.known.length > 0 ? `I know ${this.known.join(', ')}.` : 'I know nobody yet.'
    await exchange.say(
      { text: call.name === 'concepts' ? known : `/${call.name} is only a story here.` },
      { privately: true },
    )
  }

  async submitted({ from, place, fields }: Submission, exchange: Exchange): Promise<void> {
    const name = String(fields.name)
    if (fields.kind === 'person' && fields.consent !== true && fields.who === undefined)
      return void (await exchange.say({ text: 'Without consent I learn nobody.' }, { privately: true }))
    const lesson: Lesson = { name, by: from, place, step: 0 }
    lesson.card = await exchange.say({ text: '', card: this.#card(lesson), buttons: [cancel] })
    this.#lessons.push(lesson)
    void this.#teach(lesson)
  }

  async pressed({ action, message, from }: Press, exchange: Exchange): Promise<void> {
    if (action === 'cancel') {
      const lesson = this.#lessons.find(each => each.card?.message === message.message)
      if (lesson) lesson.cancelled = true
    } else if (action === 'redraw') {
      await exchange.busy()
      await sleep(this.#pace)
      await exchange.say(await this.#drawing(this.known[0] ?? 'somebody'))
    } else if (action === 'delete') await this.adapter.remove(message)
    else if (action === 'report') {
      this.reports.push(message.message)
      await exchange.say({ text: `Thank you, ${from.name}. Those who run this chat are told.` }, { privately: true })
    }
  }

  async complete(_place: Place, _from: Person, _command: string, _option: string, typed: string): Promise<Choice[]> {
    return this.known
      .filter(name => name.toLowerCase().startsWith(typed.toLowerCase()))
      .map(name => ({ value: name, label: name }))
  }

  /** Whatever is under way is dropped. */
  end(): void {
    this.#ended = true
  }

  async left(): Promise<void> {}
  async joined(): Promise<void> {}

  async #teach(lesson: Lesson): Promise<void> {
    let preview: OutgoingPicture | undefined
    while (lesson.step < this.#steps && !lesson.cancelled) {
      await sleep(this.#pace)
      if (this.#ended) return
      lesson.step += 1
      if (lesson.step % Math.ceil(this.#steps / 4) === 0)
        preview = await picture(this.#seed++, `Preview of ${lesson.name}, AI-generated`)
      await this.#edit(lesson, {
        text: '',
        card: this.#card(lesson),
        buttons: [cancel],
        pictures: preview && [preview],
      })
    }
    if (lesson.cancelled) {
      const card = { title: `Learning ${lesson.name}`, status: `Cancelled by ${lesson.by.name}.`, state: 'cancelled' }
      return this.#edit(lesson, { text: '', card: card as Card })
    }
    this.known.unshift(lesson.name)
    const card = { title: `Learning ${lesson.name}`, status: 'Learned from 4 photos in 38 s.', state: 'done' }
    await this.#edit(lesson, { text: '', card: card as Card })
    const text = `I know **${lesson.name}** now! Ask “is ${lesson.name} in this picture?” or “draw ${lesson.name} at the beach”.`
    await this.adapter.send(lesson.place, { ...(await this.#drawing(lesson.name)), text, mentions: [lesson.by.id] })
  }

  async #edit({ card }: Lesson, message: OutgoingMessage): Promise<void> {
    await this.adapter.edit(card!, message).catch(() => undefined)
  }

  #card({ name, step }: Lesson): Card {
    const share = step / this.#steps
    const status =
      share < 0.2
        ? 'Looking at the photos'
        : share < 0.9
          ? 'Learning what they look like'
          : 'Checking on photos held back'
    const secondsLeft = Math.round(40 * (1 - share))
    return { title: `Learning ${name}`, status, share, secondsLeft, state: 'running' }
  }

  async #answer({ text, pictures }: IncomingMessage): Promise<OutgoingMessage> {
    const name = this.known[0]
    if (!name) return { text: 'I know nobody yet: teach me somebody with /teach.' }
    const scenery = PLACES.find(place => text.includes(place))
    if (/draw/i.test(text)) return this.#drawing(name, scenery)
    if (pictures.length > 0) return { text: `Yes, that is **${name}**, sitting.` }
    return { text: `${name} is an orange cat with brown stripes, green eyes and a blue scarf.` }
  }

  async #drawing(name: string, scenery: Scenery = 'beach'): Promise<OutgoingMessage> {
    return {
      text: '',
      pictures: [await picture(this.#seed++, `Drawing of ${name} at the ${scenery}, AI-generated`, scenery)],
      buttons: [
        { action: 'redraw', label: 'Redraw', style: 'primary' },
        { action: 'delete', label: 'Delete' },
        { action: 'report', label: 'Report', style: 'danger' },
      ],
    }
  }
}

const cancel = { action: 'cancel', label: 'Cancel', style: 'danger' } as const

async function picture(seed: number, altText: string, place?: Scenery): Promise<OutgoingPicture> {
  const scene = sampleScene(createRandom(`story/${seed}`), [cat], { place, action: 'sitting', side: 'middle' })
  return { name: 'drawing.png', bytes: await toDrawingPng(await renderScene(scene, 96)), altText }
}

export async function storySample(): Promise<Uint8Array> {
  return (await picture(7, '')).bytes
}
