/** What Slack refuses, in the words of the bot: a place or a message is gone, a scope is missing, or a person can mend it. */
import { FamiliarError } from '../../../engine/errors.ts'
import { isLimit, isTrouble, slackCode } from './api.ts'

const gonePlaces = new Set([
  'account_inactive',
  'cannot_dm_bot',
  'channel_is_limited_access',
  'channel_not_found',
  'ekm_access_denied',
  'invalid_auth',
  'is_archived',
  'is_inactive',
  'messages_tab_disabled',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_thread_only_channel',
  'team_access_not_granted',
  'team_not_found',
  'token_expired',
  'token_revoked',
  'user_disabled',
  'user_not_found',
  'user_not_in_channel',
  'user_not_visible',
])
const goneMessages = new Set([
  'cant_delete_message',
  'cant_update_message',
  'edit_window_closed',
  'message_not_found',
  'update_failed',
])
const goneThreads = new Set(['cannot_reply_to_message', 'invalid_thread_ts', 'message_not_found', 'thread_not_found'])

/** The bot cannot speak there, whatever it says. */
export const isGonePlace = (error: unknown): boolean => gonePlaces.has(slackCode(error) ?? '')

export const isGoneMessage = (error: unknown): boolean => goneMessages.has(slackCode(error) ?? '')

/** The message whose thread it was has been deleted. */
export const isGoneThread = (error: unknown): boolean => goneThreads.has(slackCode(error) ?? '')

/**
 * An error of the Web API as one that says what to do; any other is left as it is.
 *
 * @param expected completes the sentence "Expected …", such as `to post in a channel`
 */
export function inWords(error: unknown, expected: string): unknown {
  const code = slackCode(error)
  const familiar = (name: string, received: string) =>
    new FamiliarError(name, `Expected ${expected} but ${received}`, { cause: error })
  if (isGonePlace(error)) return familiar('PLACE_GONE', `Slack answered ${code}: the bot is not, or no longer, let in`)
  if (isGoneMessage(error)) return familiar('MESSAGE_GONE', `Slack answered ${code}: the message is no longer there`)
  if (isLimit(error)) return familiar('SLACK_BUSY', 'Slack asks to wait; try again in a minute')
  if (isTrouble(error)) return familiar('SLACK_UNREACHABLE', 'Slack did not answer; try again in a minute')
  if (code === 'missing_scope') {
    const { needed } = (error as { data: { needed?: string } }).data
    const advice = `the app has not the scope ${needed ?? 'for it'}: add it under “OAuth & Permissions” and install the app again`
    return familiar('SCOPE_MISSING', advice)
  }
  if (code !== undefined) return familiar('SLACK_REFUSED', `Slack answered ${code}`)
  return error
}

/** Does work; what Slack refuses is thrown in words. */
export async function saying<Result>(expected: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw inWords(error, expected)
  }
}

/** Why a token is of no use, and what to do. */
export function badToken(name: string, where: string, error: unknown): FamiliarError {
  const code = slackCode(error)
  if (code === undefined) {
    const advice = `Expected to reach Slack but received ${(error as Error).message}: check the network, then start again`
    return new FamiliarError('SLACK_UNREACHABLE', advice, { cause: error })
  }
  const advice = `Expected ${name} to be accepted by Slack but received ${code}: copy it again from ${where} of the app at https://api.slack.com/apps`
  return new FamiliarError('BAD_TOKEN', advice, { cause: error })
}
