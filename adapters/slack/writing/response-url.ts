/**
 * Slack's way to answer a command or a press for half an hour without being let into its channel, five times at most. What
 * is said this way cannot be changed later, except the private message on which a button was pressed.
 */
import { FamiliarError } from '../../../engine/errors.ts'
import type { OutgoingMessage } from '../../../src/conversation/chat.ts'
import { compose } from './compose.ts'
import type { Shown } from './shown-pictures.ts'

const timeout = 15_000

export async function respond(
  url: string,
  message: OutgoingMessage,
  { privately, shown }: { readonly privately: boolean; readonly shown: readonly Shown[] },
): Promise<void> {
  for (const { text, blocks } of compose(message, 'aside', shown))
    await send(url, {
      response_type: privately ? 'ephemeral' : 'in_channel',
      replace_original: false,
      text,
      blocks,
    })
}

/** Puts a message in the place of the private one on which a button was pressed. */
export async function replacePrivate(url: string, message: OutgoingMessage, shown: readonly Shown[]): Promise<void> {
  const [first] = compose(message, 'aside', shown)
  await send(url, { replace_original: true, text: first!.text, blocks: first!.blocks })
}

export const removePrivate = (url: string): Promise<void> => send(url, { delete_original: true })

async function send(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  }).catch(cause => {
    throw new FamiliarError('SLACK_UNREACHABLE', 'Expected Slack to take an answer but it could not be reached', {
      cause,
    })
  })
  if (response.ok) return
  const sentence = `Expected the bot to be in this channel but it is not, and Slack takes no more answers (${response.status}): invite it`
  throw new FamiliarError('PLACE_GONE', sentence)
}
