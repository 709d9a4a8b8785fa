/** What everything that the bot does has at hand, and how a button or a form finds its way to what it belongs to. */
import type { Engine } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { Library } from '../concepts/library.ts'
import type { Asks } from '../jobs/asks.ts'
import type { TeachingQueue } from '../jobs/teaching.ts'
import type { Quotas } from '../quotas.ts'
import type { Settings } from '../settings.ts'
import type { Exchange, Platform, Press, Submission, Tenant } from './chat.ts'
import type { Drafts } from './drafts.ts'
import type { Drawings } from './drawings.ts'
import type { Lessons } from './lessons.ts'
import type { Notices } from './limits.ts'
import type { Lines } from './lines.ts'
import type { Log } from './needs.ts'
import type { Safety } from './safety.ts'

/** What the operator has decided for all tenants. */
export interface Policy {
  /** Names or ids of roles that may teach; empty: everybody may. */
  readonly teachRoles: readonly string[]
  /** Names or ids of roles that no quota counts. */
  readonly exemptRoles: readonly string[]
  /** Photos stay after their lesson. */
  readonly retainPhotos: boolean
  /** Days after which the data of a tenant that the bot has left is deleted. */
  readonly graceDays: number
  /** Days for which a drawing can be drawn again and reported. */
  readonly drawingDays: number
  /** The host to which photos of lessons are sent to be asked about; none when left out. */
  readonly teacher?: string
}

export const defaultPolicy: Policy = {
  teachRoles: [],
  exemptRoles: [],
  retainPhotos: false,
  graceDays: 7,
  drawingDays: 30,
}

export interface Services {
  readonly engine: Engine
  readonly library: Library
  readonly queue: TeachingQueue
  readonly asks: Asks
  readonly quotas: Quotas
  readonly settings: Settings
  readonly platforms: Platforms
  readonly safety: Safety
  readonly drawings: Drawings
  readonly drafts: Drafts
  readonly lines: Lines
  readonly notices: Notices
  readonly lessons: Lessons
  readonly policy: Policy
  readonly log: Log
  /** Fires when the bot closes: answers under way are given up. */
  readonly closing: AbortSignal
}

/** The platform that a tenant is of. @throws FamiliarError `PLACE_GONE` when it is not connected */
export type Platforms = (tenant: Tenant) => Platform

export function platformsOf(all: readonly Platform[]): Platforms {
  return tenant => {
    const platform = all.find(({ name }) => tenant.startsWith(`${name}:`))
    if (!platform) throw new FamiliarError('PLACE_GONE', `Expected a connected platform but received ${tenant}`)
    return platform
  }
}

export type PressHandler = (press: Press, argument: string, exchange: Exchange, services: Services) => Promise<void>
export type SubmissionHandler = (
  submission: Submission,
  argument: string,
  exchange: Exchange,
  services: Services,
) => Promise<void>

const longestAction = 100

/** The action of a button or a form: the name of its handler and one argument. */
export function action(handler: string, argument = ''): string {
  const text = argument === '' ? handler : `${handler}:${argument}`
  if (text.length > longestAction)
    throw new RangeError(`Expected an action of at most ${longestAction} characters but received ${text.length}`)
  return text
}

/** Whether an argument leaves the action short enough. */
export const fitsAction = (handler: string, argument: string) => handler.length + 1 + argument.length <= longestAction

export function parseAction(text: string): { readonly handler: string; readonly argument: string } {
  const colon = text.indexOf(':')
  return colon < 0
    ? { handler: text, argument: '' }
    : { handler: text.slice(0, colon), argument: text.slice(colon + 1) }
}

/** A sentence that says why not, in the language of whoever is to read it. */
export const refusal = (sentence: string) => new FamiliarError('REFUSED', sentence)
