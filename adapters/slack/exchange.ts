/** The way back to where somebody said or did something in Slack, as the bot is handed it. */
import { randomUUID } from 'node:crypto'
import { FamiliarError } from '../../engine/errors.ts'
import type { Exchange, Form, MessageRef, OutgoingMessage, Person, Place } from '../../src/conversation/chat.ts'
import { hasCode } from '../../src/conversation/posting.ts'
import { type Modal, toView } from './forms/modal.ts'
import { slackCode } from './workspace/api.ts'
import { saying } from './workspace/errors.ts'
import type { Workspace } from './workspace/workspaces.ts'
import type { Kind } from './writing/compose.ts'
import type { Posts } from './writing/posts.ts'
import { privateRef } from './writing/private-messages.ts'
import { respond } from './writing/response-url.ts'

export interface Origin {
  readonly workspace: Workspace
  readonly from: Person
  /** Where answers go. */
  readonly place: Place
  readonly kind: Kind
  /** The message that is being dealt with: it bears a mark meanwhile. */
  readonly message?: string
  /** The thread has replies: only then what is said privately in it is seen. */
  readonly threadIsOpen?: boolean
  /** For answers where the bot is not let in. */
  readonly responseUrl?: string
  /** For forms; good for three seconds. */
  readonly trigger?: string
}

/** The reaction on a message that is being dealt with. */
const mark = 'eyes'

export class SlackExchange implements Exchange {
  readonly open?: (form: Form) => Promise<void>
  readonly #posts: Posts
  readonly #origin: Origin
  #threadIsOpen: boolean
  #marking: Promise<boolean> | undefined

  constructor(posts: Posts, origin: Origin) {
    this.#posts = posts
    this.#origin = origin
    this.#threadIsOpen = origin.threadIsOpen ?? false
    if (origin.trigger === undefined) return
    this.open = form => this.openModal({ ...form, becomes: 'form', name: form.action })
  }

  async say(message: OutgoingMessage, { privately = false } = {}): Promise<MessageRef> {
    const { workspace, place, kind, from, responseUrl } = this.#origin
    const hidden = privately && !place.direct
    try {
      if (!hidden) {
        const ref = await this.#posts.post(workspace, place, message, kind)
        this.#threadIsOpen ||= place.thread !== undefined
        return ref
      }
      const { thread, ...channel } = place
      const seen = this.#threadIsOpen ? place : channel
      return privateRef(place, await this.#posts.postPrivately(workspace, seen, from.id, message))
    } catch (error) {
      if (responseUrl === undefined || !hasCode(error, 'PLACE_GONE')) throw error
      const shown = await this.#posts.shown.upload(message.pictures, workspace)
      await respond(responseUrl, message, { privately: hidden, shown })
      return privateRef(place, randomUUID())
    }
  }

  async busy(): Promise<void> {
    const { workspace, place, message } = this.#origin
    if (message === undefined) return
    // Nobody waits for it, and without the scope there is none.
    this.#marking ??= workspace.api.client.reactions
      .add({ channel: place.channel, timestamp: message, name: mark })
      .then(
        () => true,
        error => slackCode(error) === 'already_reacted',
      )
  }

  /** @throws FamiliarError `FORM_TOO_LATE` */
  async openModal(modal: Modal): Promise<void> {
    const { workspace, place, from, responseUrl, trigger } = this.#origin
    const view = toView(modal, { place, responseUrl }, from.locale)
    try {
      await workspace.api.client.views.open({ trigger_id: trigger!, view })
    } catch (error) {
      if (!tooLate.has(slackCode(error) ?? '')) return saying('to open a form', () => Promise.reject(error))
      const sentence = 'Expected to open a form within three seconds but it took longer; please do that again'
      throw new FamiliarError('FORM_TOO_LATE', sentence, { cause: error })
    }
  }

  /** The bot is done with it. */
  async end(): Promise<void> {
    const { workspace, place, message } = this.#origin
    if (message === undefined || !(await this.#marking)) return
    const reaction = { channel: place.channel, timestamp: message, name: mark }
    // The message may be gone.
    await workspace.api.call(client => client.reactions.remove(reaction)).catch(() => {})
  }
}

const tooLate = new Set(['expired_trigger_id', 'exchanged_trigger_id', 'trigger_exchanged', 'trigger_expired'])
