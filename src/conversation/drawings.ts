/**
 * What is kept of a drawing for its buttons: what was asked, by whom, and where it stands. As a record for some days, so that
 * it can be reported and deleted after a restart; with its pictures and the turns before it only in memory, and not for long.
 */
import { randomUUID } from 'node:crypto'
import type { Utterance } from '../../engine/engine.ts'
import type { RgbImage } from '../../engine/image.ts'
import type { MessageRef, Place, Tenant } from './chat.ts'
import type { Records } from './needs.ts'

/** As JSON. */
export interface Drawing {
  readonly id: string
  readonly place: Place
  /** Who asked for it. */
  readonly by: { readonly id: string; readonly name: string }
  /** What was asked. */
  readonly text: string
  /** Ids of the concepts that it shows. */
  readonly concepts: readonly string[]
  /** What was asked means nothing without its pictures or the turns before it. */
  readonly needsContext: boolean
  readonly message?: MessageRef
  /** Ids of those who have reported it. */
  readonly reportedBy: readonly string[]
}

/** What is not written down. */
export interface DrawingContext {
  readonly images: readonly RgbImage[]
  readonly earlier: readonly Utterance[]
  readonly png?: Uint8Array
}

/** Of pictures in memory; one is three at most. */
const bytesInMemory = 40e6
const day = 24 * 3600 * 1000

export class Drawings {
  readonly #records: Records<Drawing>
  readonly #milliseconds: number
  readonly #contexts = new Map<string, DrawingContext>()
  readonly #underWay = new Set<string>()

  constructor(records: Records<Drawing>, days: number) {
    this.#records = records
    this.#milliseconds = days * day
  }

  async add(drawing: Omit<Drawing, 'id' | 'reportedBy'>, context: DrawingContext): Promise<Drawing> {
    const added = { ...drawing, id: randomUUID().slice(0, 18), reportedBy: [] }
    this.#contexts.set(added.id, context)
    let bytes = [...this.#contexts.values()].reduce((sum, each) => sum + sizeOf(each), 0)
    for (const [oldest, each] of this.#contexts) {
      if (bytes <= bytesInMemory) break
      bytes -= sizeOf(each)
      this.#contexts.delete(oldest)
    }
    await this.#write(added)
    return added
  }

  /** The drawing of that tenant, or nothing when it is not kept any more. */
  async find(tenant: Tenant, id: string): Promise<Drawing | undefined> {
    const drawing = await this.#records.get(id)
    return drawing?.place.tenant === tenant ? drawing : undefined
  }

  context(id: string): DrawingContext | undefined {
    return this.#contexts.get(id)
  }

  async attach(drawing: Drawing, message: MessageRef): Promise<void> {
    await this.#write({ ...drawing, message })
  }

  /** Delivers a person's report of it, once. */
  async report(
    drawing: Drawing,
    by: string,
    deliver: () => Promise<boolean>,
  ): Promise<'already' | 'delivered' | 'undelivered'> {
    let result: 'already' | 'delivered' | 'undelivered' = 'already'
    await this.alone(`report ${drawing.id} ${by}`, async () => {
      const now = (await this.#records.get(drawing.id)) ?? drawing
      if (now.reportedBy.includes(by)) return
      result = (await deliver()) ? 'delivered' : 'undelivered'
      if (result === 'delivered') await this.#write({ ...now, reportedBy: [...now.reportedBy, by] })
    })
    return result
  }

  /** Does work, unless the same is being done: a second press in the meantime is the same wish. False in that case. */
  async alone(what: string, work: () => Promise<void>): Promise<boolean> {
    if (this.#underWay.has(what)) return false
    this.#underWay.add(what)
    try {
      await work()
      return true
    } finally {
      this.#underWay.delete(what)
    }
  }

  async remove({ id }: Drawing): Promise<void> {
    this.#contexts.delete(id)
    await this.#records.delete(id)
  }

  async forgetPerson(tenant: Tenant, person: string): Promise<void> {
    await this.#forget(drawing => drawing.place.tenant === tenant && drawing.by.id === person)
  }

  async forgetTenant(tenant: Tenant): Promise<void> {
    await this.#forget(drawing => drawing.place.tenant === tenant)
  }

  /** Lets the store drop what is too old. */
  async sweep(): Promise<void> {
    await this.#records.entries()
  }

  async #forget(whether: (drawing: Drawing) => boolean): Promise<void> {
    for (const [, drawing] of await this.#records.entries()) if (whether(drawing)) await this.remove(drawing)
  }

  #write(drawing: Drawing): Promise<void> {
    return this.#records.set(drawing.id, drawing, this.#milliseconds)
  }
}

function sizeOf({ images, earlier, png }: DrawingContext): number {
  const texts = earlier.reduce((sum, { text }) => sum + 2 * text.length, 1000)
  return images.reduce((sum, { data }) => sum + data.length, texts + (png?.length ?? 0))
}
