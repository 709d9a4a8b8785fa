/** HTTP mode: signed requests to the app's URL. */
import { createHmac } from 'node:crypto'
import type { World } from '../world/world.ts'
import { type Attempt, acknowledge, type Kind, type OpenDelivery } from './desk.ts'

/** How long a late answer is waited for, to be noted, times the time that the app had. */
const patience = 3

const contentTypes: Record<Kind, string> = {
  events_api: 'application/json',
  slash_commands: 'application/x-www-form-urlencoded',
  interactive: 'application/x-www-form-urlencoded',
}

export function signedHeaders(secret: string, body: string, timestamp = Math.floor(Date.now() / 1000)) {
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'X-Slack-Request-Timestamp': String(timestamp), 'X-Slack-Signature': `v0=${signature}` }
}

function encoded({ kind, payload }: Attempt): string {
  if (kind === 'events_api') return JSON.stringify(payload)
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return new URLSearchParams(payload as Record<string, string>).toString()
}

export async function postSigned(world: World, url: string, attempt: Attempt, delivery: OpenDelivery): Promise<void> {
  const body = encoded(attempt)
  const answer = fetch(url, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': contentTypes[attempt.kind],
      'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...signedHeaders(world.app.signingSecret, body),
      ...(attempt.attempt > 0 && {
        'X-Slack-Retry-Num': String(attempt.attempt),
        'X-Slack-Retry-Reason': attempt.reason ?? 'http_timeout',
      }),
    },
    redirect: 'manual',
    signal: AbortSignal.timeout(world.settings.ackWithin * patience),
  }).then(
    async response => {
      const text = await response.text()
      if (response.ok) acknowledge(world, delivery, parsed(text, response.headers.get('content-type')))
      else if (response.headers.get('x-slack-no-retry') === '1') return 'no_retry'
      return response.ok ? undefined : 'http_error'
    },
    () => 'connection_failed',
  )
  let cancel: () => void = () => undefined
  const late = new Promise<string>(resolve => {
    cancel = world.pending.later(world.settings.ackWithin, () => resolve('http_timeout'), false)
  })
  delivery.failure = await Promise.race([answer, late])
  cancel()
  if (delivery.failure === 'http_timeout') world.violate('not_acknowledged', delivery.type, 'nothing came back in time')
  if (delivery.failure === 'http_error') world.violate('http_error', delivery.type, 'the app answered with an error')
}

function parsed(text: string, type: string | null): unknown {
  if (!type?.includes('json')) return text === '' ? undefined : text
  return JSON.parse(text)
}
