/**
 * What the operator's view shows. Types only: whoever composes the bot knows the numbers, the page knows how to show
 * them, and this file is all that the two have in common.
 */
import type { SubjectKind } from '../../engine/engine.ts'

export interface Status {
  readonly model: ModelStatus
  /** Beside the page itself. */
  readonly platforms: readonly PlatformStatus[]
  readonly device: { readonly name: string; readonly reason: string }
  /** In the order in which they run; those that wait for consent come last. */
  readonly queue: readonly QueueStatus[]
  readonly concepts: readonly ConceptStatus[]
  readonly health: HealthStatus
}

export interface ModelStatus {
  readonly name: string
  readonly fingerprint: string
  readonly drawnWorldOnly: boolean
  /** Absolute path of its folder. */
  readonly folder: string
}

export interface PlatformStatus {
  /** Such as `Discord`. */
  readonly name: string
  /** People there are heard now. */
  readonly connected: boolean
  /** Servers or workspaces that the bot is in. */
  readonly places: number
  /** Where it is invited into another one. */
  readonly invite?: string
}

export interface QueueStatus {
  readonly id: string
  /** Whom it teaches. */
  readonly name: string
  /** Name of the person who asked. */
  readonly by: string
  readonly state: 'consent' | 'queued' | 'running'
  /** 0 runs, 1 is next; absent while it waits for consent. */
  readonly position?: number
  /** Done of all, 0…1. */
  readonly share?: number
  readonly secondsLeft?: number
}

export interface ConceptStatus {
  readonly id: string
  readonly name: string
  readonly kind: SubjectKind
  readonly ownerName: string
  readonly version: number
  /** ISO 8601. */
  readonly taught: string
  readonly description: string
  /** Held-out recognition, 0…1, of the rows before the first step and of those that were kept. */
  readonly scores: { readonly start: number; readonly kept: number }
  readonly facts: number
  /** Whether there is a sample drawing. */
  readonly sample: boolean
  /** Learned on another base model, and at rest until that one is back. */
  readonly foreign?: boolean
}

export interface HealthStatus {
  readonly uptimeSeconds: number
  /** Resident bytes of the bot, and of the engine where that is known. */
  readonly memory: { readonly bot: number; readonly engine?: number }
  /** Longest event-loop stall of late, in milliseconds. */
  readonly stallMs: number
  /** Bytes free where the data is kept, and that folder. */
  readonly disk: { readonly free: number; readonly folder: string }
  /** Such as `{ familiar: '0.1.0', node: '20.19.0' }`. */
  readonly versions: Readonly<Record<string, string>>
}
