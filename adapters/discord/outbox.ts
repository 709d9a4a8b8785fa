/**
 * The bot's own messages: posted, edited and taken back through the REST API, whether or not the gateway is connected. A
 * request that is repeated because its answer was lost posts nothing twice.
 */
import { randomUUID } from 'node:crypto'
import {
  type APIAttachment,
  type APIMessage,
  RESTJSONErrorCodes as Codes,
  LimitedCollection,
  type RawFile,
  type REST,
  Routes,
} from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import type { MessageRef, OutgoingMessage, Place } from '../../src/conversation/chat.ts'
import { isCode, isTooLarge, isTooOld, translate } from './errors.ts'
import type { Recall } from './memory.ts'
import { type Body, bodyOf, type Draft, draftOf, draftsOf, flagsOf } from './payload.ts'
import { channelOf, personOf } from './places.ts'
import { keyOf, type Upload, uploadsOf } from './uploads.ts'

export interface OutboxNeeds {
  readonly rest: REST
  readonly recall: Recall
  /** Bytes of a request to that place. */
  limitOf(place: Place): number
  /** The application's id, once it is known. */
  application(): string
  /** Says that there is a picture which may not be attached. */
  withoutPictures(place: Place, message: OutgoingMessage): OutgoingMessage
}

export interface Manner {
  readonly replyTo?: string
  /** Messages with the same nonce are one; it is at most 22 characters. */
  readonly nonce?: string
}

/** How a message that only one person sees is reached: by an interaction's token, for as long as that lives. */
export interface Reach {
  readonly token: string
  /** What the message is called with this token. */
  readonly as: string
  /** Done before it can be reached. @throws FamiliarError `MESSAGE_GONE` when it cannot */
  ready?(): Promise<void>
}

interface Hidden {
  readonly reach: Reach
  readonly until: number
}

const tokenLife = 14 * 60 * 1000
/** With pictures that Discord finds too large. */
const attempts = 4

export class Outbox {
  readonly #needs: OutboxNeeds
  /** What of each message's pictures is attached to it. */
  readonly #attached = new LimitedCollection<string, readonly { key: string; id: string }[]>({ maxSize: 500 })
  readonly #hidden = new LimitedCollection<string, Hidden>({ maxSize: 1000 })

  constructor(needs: OutboxNeeds) {
    this.#needs = needs
  }

  /** @throws FamiliarError `PLACE_GONE` */
  async send(place: Place, message: OutgoingMessage, manner: Manner = {}): Promise<MessageRef> {
    try {
      return await this.post(place, draftsOf(message, place.direct), manner)
    } catch (error) {
      // It may speak here, but attach nothing.
      if (!message.pictures?.length || !isCode(causeOf(error), Codes.MissingPermissions)) throw error
      return this.post(place, draftsOf(this.#needs.withoutPictures(place, message), place.direct), manner)
    }
  }

  /** @throws FamiliarError `PLACE_GONE` */
  async post(
    place: Place,
    drafts: readonly Draft[],
    { replyTo, nonce = randomNonce() }: Manner = {},
  ): Promise<MessageRef> {
    const channel = channelOf(place)
    let posted: APIMessage | undefined
    for (const [i, draft] of drafts.entries()) {
      const manner = { replyTo: i === 0 ? replyTo : undefined, nonce: `${nonce}.${i}` }
      posted = await this.#post(channel, place, draft, manner).catch(error => {
        throw translate(error)
      })
    }
    return this.noted(place, posted!)
  }

  /** A message that was posted, as the bot keeps it. */
  async noted(place: Place, { id }: Pick<APIMessage, 'id'>): Promise<MessageRef> {
    const { recall } = this.#needs
    if (place.direct && personOf(place.tenant) === undefined) await recall.keepTenantOfMessage(id, place.tenant)
    return { place, message: id }
  }

  /** @throws FamiliarError `MESSAGE_GONE`, `PLACE_GONE` */
  async edit(ref: MessageRef, message: OutgoingMessage): Promise<void> {
    const { place, message: id } = ref
    const draft = draftOf(message, place.direct)
    try {
      const { route, auth } = await this.#way(ref)
      await this.upload(draft, this.#needs.limitOf(place), id, (body, files) =>
        this.#needs.rest.patch(route, { body, files, auth }),
      )
    } catch (error) {
      // Messages older than an hour bear few edits: a new one goes on in its place.
      if (isTooOld(error)) {
        await this.remove(ref)
        throw new FamiliarError(
          'MESSAGE_GONE',
          'Expected a message that can be edited but received one that is too old',
        )
      }
      throw translate(error)
    }
  }

  async remove(ref: MessageRef): Promise<void> {
    try {
      const { route, auth } = await this.#way(ref)
      await this.#needs.rest.delete(route, { auth })
    } catch (error) {
      const known = translate(error)
      if (!(known instanceof FamiliarError)) throw known
    }
  }

  /** A message that only one person sees: reached so, unless there is another way already. */
  hide(message: string, reach: Reach): void {
    if (!this.#reachOf(message)) this.#hidden.set(message, { reach, until: Date.now() + tokenLife })
  }

  /**
   * Makes a request with a draft's pictures, smaller when Discord finds them too large, and notes which of them a message
   * has then.
   * @param known id of the message, when it is there already: what it has is not sent again
   */
  async upload(
    draft: Draft,
    limit: number,
    known: string | undefined,
    request: (body: Body, files: RawFile[]) => Promise<unknown>,
  ): Promise<APIMessage> {
    const before = (known && this.#attached.get(known)) || []
    const kept = before.filter(({ key }) => draft.pictures.some(picture => keyOf(picture) === key))
    const fresh = draft.pictures.filter(picture => !kept.some(({ key }) => key === keyOf(picture)))
    const ids = kept.map(({ id }) => id)
    let room = limit
    for (let attempt = 1; ; attempt++) {
      const uploads = await uploadsOf(fresh, room)
      const files = uploads.map(({ file }) => file)
      try {
        const message = (await request(bodyOf(draft, uploads, ids), files)) as APIMessage
        this.#attach(message, kept, uploads)
        return message
      } catch (error) {
        if (!isTooLarge(error) || fresh.length === 0 || attempt === attempts) throw error
        room =
          Math.min(
            room,
            uploads.reduce((sum, { file }) => sum + (file.data as Buffer).length, 0),
          ) / 2
      }
    }
  }

  #attach(
    { id, attachments }: Pick<APIMessage, 'id' | 'attachments'>,
    kept: readonly { key: string; id: string }[],
    uploads: readonly Upload[],
  ): void {
    const added = attachments.filter((each: APIAttachment) => !kept.some(other => other.id === each.id))
    const fresh = uploads
      .flatMap(({ key }, i) => added[i] && { key, id: added[i].id })
      .filter(each => each !== undefined)
    this.#attached.set(id, [...kept, ...fresh])
  }

  async #post(channel: string, place: Place, draft: Draft, { replyTo, nonce }: Manner): Promise<APIMessage> {
    const { rest, limitOf } = this.#needs
    const flags = flagsOf(draft)
    const post = (reference: object) =>
      this.upload(draft, limitOf(place), undefined, (body, files) =>
        rest.post(Routes.channelMessages(channel), {
          body: { ...body, ...reference, nonce, enforce_nonce: true, ...(flags && { flags }) },
          files,
        }),
      )
    if (!replyTo) return post({})
    try {
      return await post({ message_reference: { message_id: replyTo, fail_if_not_exists: false } })
    } catch (error) {
      // Where it may not read what was said before, it answers without pointing there.
      if (isCode(error, Codes.CannotReplyWithoutPermissionToReadMessageHistory)) return post({})
      throw error
    }
  }

  async #way({ place, message }: MessageRef): Promise<{ route: `/${string}`; auth: boolean }> {
    const reach = this.#reachOf(message)
    if (!reach) return { route: Routes.channelMessage(channelOf(place), message), auth: true }
    await reach.ready?.()
    return { route: Routes.webhookMessage(this.#needs.application(), reach.token, reach.as), auth: false }
  }

  #reachOf(message: string): Reach | undefined {
    const hidden = this.#hidden.get(message)
    return hidden && hidden.until > Date.now() ? hidden.reach : undefined
  }
}

const causeOf = (error: unknown) => (error instanceof FamiliarError ? error.cause : error)

const randomNonce = () => randomUUID().slice(0, 18)
