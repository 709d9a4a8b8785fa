/**
 * Tells the app what happens, through a socket or by HTTP, and holds it to Slack's 3 seconds. Events that are not
 * acknowledged come again; commands and interactions do not, somebody is waiting in front of them.
 */
import type { Delivery } from '../types.ts'
import type { Json, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { postSigned } from './http-delivery.ts'
import { Sockets } from './sockets.ts'

export type Kind = Delivery['kind']
export type Writable<T> = { -readonly [K in keyof T]: T[K] }
/** A delivery whose fate is still open. */
export type OpenDelivery = Writable<Delivery>

export interface Attempt {
  readonly kind: Kind
  readonly payload: Json
  readonly attempt: number
  readonly reason?: string
}
export class Desk {
  readonly deliveries: OpenDelivery[] = []
  readonly sockets: Sockets
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.sockets = new Sockets(world)
  }

  /** One attempt. */
  send(team: string, type: string, attempt: Attempt): Promise<OpenDelivery> {
    const { requestUrl } = this.#world
    const eventId = attempt.payload.event_id as string | undefined
    const delivery: OpenDelivery = {
      kind: attempt.kind,
      type,
      team,
      ...(eventId && { eventId }),
      payload: attempt.payload,
      attempt: attempt.attempt,
      via: requestUrl ? 'http' : this.sockets.open > 0 ? 'socket' : 'nowhere',
      sentAt: Date.now(),
    }
    this.deliveries.push(delivery)
    const work = async () => {
      if (delivery.via === 'http') await postSigned(this.#world, requestUrl!, attempt, delivery)
      else if (delivery.via === 'socket') await this.sockets.send(attempt, delivery)
      else delivery.failure = 'no_socket'
      return delivery
    }
    return this.#world.pending.track(work())
  }

  /** Sends an event until it is acknowledged, at most four times. */
  event(team: TeamState, type: string, payload: Json): void {
    const attempt = async (number: number, reason?: string) => {
      const { failure } = await this.send(team.id, type, { kind: 'events_api', payload, attempt: number, reason })
      const delay = this.#world.settings.retryDelays[number]
      if (failure === undefined || failure === 'no_retry' || delay === undefined) return
      this.#world.pending.later(delay, () => void attempt(number + 1, retryReason(failure)), delay < 1000)
    }
    void attempt(0)
  }

  /** Every delivery of these events, in order. */
  eventsOf(ts: string): Delivery[] {
    return this.deliveries.filter(({ kind, payload }) => {
      const event = payload.event as Json | undefined
      const message = event?.message as Json | undefined
      return kind === 'events_api' && (event?.ts === ts || message?.ts === ts || event?.deleted_ts === ts)
    })
  }
}

function retryReason(failure: string): string {
  return failure === 'no_socket' || failure === 'socket_closed' ? 'timeout' : failure
}

/** Notes when the app acknowledged. Too late is a violation. */
export function acknowledge(world: World, delivery: OpenDelivery, body: unknown): void {
  delivery.ackedAfter = Date.now() - delivery.sentAt
  delivery.acknowledgement = body
  if (delivery.ackedAfter > world.settings.ackWithin)
    world.violate('late_ack', delivery.type, `acknowledged after ${delivery.ackedAfter} ms`)
}
