/**
 * One message that shows how far something is: edited no more often than its platform bears, always to what is newest,
 * posted anew when somebody has deleted it or is to be notified, and moved to a direct message when its channel is gone.
 */
import type { MessageRef, OutgoingMessage, Place, Platform } from './chat.ts'
import { withoutContent } from './logging.ts'
import type { Log } from './needs.ts'
import { hasCode, postOrTell } from './posting.ts'

export interface LiveMessageOptions {
  /** Throws FamiliarError `PLACE_GONE` while the platform is not connected. */
  readonly platform: () => Platform
  readonly log: Log
  /** Where it is posted when there is none, and who is told when that place is gone. */
  readonly place: Place
  readonly person: string
  /** The message, when it has been posted. */
  readonly message?: MessageRef
  /** It stands somewhere else now. */
  moved(message: MessageRef): Promise<void>
}

/** Attempts for one content, while the network fails. */
const attempts = 4

export class LiveMessage {
  readonly #options: LiveMessageOptions
  #message: MessageRef | undefined
  #next: OutgoingMessage | undefined
  #edited = 0
  #failures = 0
  #working: Promise<void> | undefined
  #wake: (() => void) | undefined
  #hurry = false

  constructor(options: LiveMessageOptions) {
    this.#options = options
    this.#message = options.message
  }

  /** Shows this as soon as it may; what was to be shown before is skipped. */
  show(content: OutgoingMessage): void {
    this.#next = content
    this.#failures = 0
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  /** Somebody else has posted it, just now. */
  posted(message: MessageRef): void {
    this.#message = message
    this.#edited = Date.now()
  }

  /** Resolves when there is nothing left to show. */
  async settled(): Promise<void> {
    await this.#working
  }

  /** Shows what is still to be shown at once, and resolves when it stands there or cannot. */
  async finish(): Promise<void> {
    this.#hurry = true
    this.#wake?.()
    await this.#working
  }

  async #work(): Promise<void> {
    while (this.#next) {
      let content = this.#next
      try {
        if (!notifies(content)) await this.#wait()
        content = this.#next
        this.#next = undefined
        await this.#put(content)
        this.#failures = 0
      } catch (error) {
        const { log, place } = this.#options
        log.warn({ error: (error as Error).name, tenant: place.tenant }, 'a card cannot be shown')
        if (hasCode(error, 'PLACE_GONE') || ++this.#failures >= attempts) return
        this.#next ??= content
      } finally {
        this.#edited = Date.now()
      }
    }
  }

  #wait(): Promise<void> {
    const rest = this.#edited + this.#options.platform().editEvery - Date.now()
    if (rest <= 0 || this.#hurry) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, rest)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #put(content: OutgoingMessage): Promise<void> {
    const { place, person, moved } = this.#options
    const platform = this.#options.platform()
    const before = this.#message
    // An edit notifies nobody: whoever is to be notified needs a new message.
    if (before && !notifies(content)) {
      try {
        return await platform.edit(before, content)
      } catch (error) {
        if (!hasCode(error, 'MESSAGE_GONE') && !hasCode(error, 'PLACE_GONE')) throw error
      }
    }
    this.#message = await postOrTell(platform, before?.place ?? place, person, content)
    await moved(this.#message)
    if (before && notifies(content)) await this.#remove(before)
  }

  /** It stays where it cannot be removed: what it asked has been answered. */
  async #remove(message: MessageRef): Promise<void> {
    const { platform, log, place } = this.#options
    await platform()
      .remove(message)
      .catch(error => log.warn({ ...withoutContent(error), tenant: place.tenant }, 'a message cannot be taken back'))
  }
}

const notifies = ({ mentions = [] }: OutgoingMessage) => mentions.length > 0
