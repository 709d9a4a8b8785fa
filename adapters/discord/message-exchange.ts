/** The way back to whoever posted a message: replies in its channel; what is private goes to them directly. */
import { type REST, Routes } from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import type { Exchange, MessageRef, OutgoingMessage, Place, Tenant } from '../../src/conversation/chat.ts'
import type { Outbox } from './outbox.ts'
import { channelOf } from './places.ts'

export interface MessageExchangeNeeds {
  readonly rest: REST
  readonly outbox: Outbox
  direct(tenant: Tenant, person: string): Promise<Place>
}

/** Clients show for ten seconds that somebody is typing. */
const typingShown = 8_000

export function messageExchange(
  { id, place, from }: { readonly id: string; readonly place: Place; readonly from: { readonly id: string } },
  { rest, outbox, direct }: MessageExchangeNeeds,
): Exchange {
  let said = 0
  let typing = Number.NEGATIVE_INFINITY

  /** Told again, a message is answered with the same nonces: Discord posts none of them twice. */
  const nextNonce = () => `${BigInt(id).toString(36)}.${said}`

  function reply(message: OutgoingMessage): Promise<MessageRef> {
    const nonce = nextNonce()
    // Alone with somebody it is clear what is answered.
    const replyTo = said++ === 0 && !place.direct ? id : undefined
    return outbox.send(place, message, { nonce, replyTo })
  }

  return {
    async say(message, { privately = false } = {}) {
      if (!privately || place.direct) return reply(message)
      try {
        return await outbox.send(await direct(place.tenant, from.id), message, { nonce: nextNonce() })
      } catch (error) {
        // Whoever takes no direct messages is answered where they asked: Discord has no other way.
        if (!(error instanceof FamiliarError && error.code === 'PLACE_GONE')) throw error
        return reply(message)
      }
    },
    async busy() {
      if (performance.now() - typing < typingShown) return
      typing = performance.now()
      // An answer need not be announced.
      await rest.post(Routes.channelTyping(channelOf(place))).catch(() => undefined)
    },
  }
}
