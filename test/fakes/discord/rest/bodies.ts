/** Bodies of requests, once they are known to be well-formed. */
import type { AllowedMentions } from '../state/mentions.ts'
import type { Component } from '../state/model.ts'

export interface UploadedFile {
  /** `n` of `files[n]`. */
  readonly index: string
  readonly name: string
  readonly bytes: Uint8Array
}

export interface MessageBody {
  readonly content?: string | null
  readonly embeds?: readonly Record<string, unknown>[] | null
  readonly components?: readonly Component[] | null
  readonly attachments?: readonly AttachmentBody[] | null
  readonly allowed_mentions?: AllowedMentions | null
  readonly flags?: number | null
  readonly sticker_ids?: readonly string[] | null
  readonly poll?: unknown
  readonly nonce?: string | number | null
  readonly enforce_nonce?: boolean | null
  readonly message_reference?: {
    readonly message_id?: string
    readonly channel_id?: string | null
    readonly fail_if_not_exists?: boolean | null
    readonly type?: number | null
  } | null
}

export interface AttachmentBody {
  readonly id: string | number
  readonly filename?: string | null
  readonly description?: string | null
}
