/** What Discord's refusals mean to the bot. */
import { RESTJSONErrorCodes as Codes, DiscordAPIError, RateLimitError } from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'

/** The channel is gone or closed to the bot, or the person takes no messages from it. */
const placeGone = new Set<number>([
  Codes.UnknownChannel,
  Codes.UnknownGuild,
  Codes.UnknownUser,
  Codes.MissingAccess,
  Codes.MissingPermissions,
  Codes.CannotSendMessagesToThisUser,
  Codes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds,
  Codes.CannotExecuteActionOnDMChannel,
  Codes.CannotExecuteActionOnThisChannelType,
  Codes.CannotSendMessagesInNonTextChannel,
  Codes.InvalidRecipients,
  Codes.CannotSendAMessageInAForumChannel,
  Codes.ThreadLocked,
  Codes.InvalidActionOnArchivedThread,
])

const messageGone = new Set<number>([Codes.UnknownMessage, Codes.CannotEditMessageAuthoredByAnotherUser])

/** The interaction's fifteen minutes are over, or its first three seconds were missed. */
const interactionGone = new Set<number>([Codes.UnknownInteraction, Codes.UnknownWebhook, Codes.InvalidWebhookToken])

/** Discord's code for what went wrong, where it has said one. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined
}

export const isCode = (error: unknown, ...codes: number[]): boolean => codes.includes(codeOf(error) ?? Number.NaN)

export const isInteractionGone = (error: unknown): boolean => interactionGone.has(codeOf(error) ?? Number.NaN)

export const isTooLarge = (error: unknown): boolean =>
  isCode(error, Codes.RequestEntityTooLarge) || (error instanceof DiscordAPIError && error.status === 413)

/** An edit would have to wait for long. */
export const isTooOld = (error: unknown): boolean =>
  error instanceof RateLimitError || isCode(error, Codes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached)

/** An error of the API as the bot knows it; any other as it is. What only a dead token reaches is gone, too. */
export function translate(error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  const received = `Discord's refusal ${code}`
  if (placeGone.has(code))
    return new FamiliarError('PLACE_GONE', `Expected a channel that the bot can write to but received ${received}`, {
      cause: error,
    })
  if (messageGone.has(code) || interactionGone.has(code))
    return new FamiliarError('MESSAGE_GONE', `Expected a message of the bot but received ${received}`, { cause: error })
  return error
}

export const placeIsGone = (received: string): FamiliarError =>
  new FamiliarError('PLACE_GONE', `Expected a place on Discord but received ${received}`)
