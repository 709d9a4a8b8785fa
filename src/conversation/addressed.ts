/**
 * For whom a message is. The bot speaks when it is mentioned, replied to or alone with somebody; where a channel listens
 * to names, also when a taught name is used in a question or a request. It never answers a bot.
 */
import { namedIn } from '../../engine/answering/names.ts'
import { visible } from '../concepts/names.ts'
import type { ListeningMode } from '../settings.ts'
import type { IncomingMessage } from './chat.ts'

/** Somebody speaks to the bot and to nobody else. */
export function isSpokenTo({ place, mentionsBot, repliedTo }: IncomingMessage, listening: ListeningMode): boolean {
  return place.direct || (listening !== 'off' && (mentionsBot || repliedTo?.fromBot === true))
}

/** Somebody asks about one of these names, and nobody in particular. */
export function asksAboutName({ text, mentions }: IncomingMessage, names: readonly string[]): boolean {
  // "@Lan, what is Mắm doing?" is a question to Lan.
  if (mentions.length > 0) return false
  const said = visible(text)
  return isQuestionOrRequest(said) && namedIn(said, names).length > 0
}

const questionMark = /[?？؟]\s*[)"'”’\p{Extended_Pictographic}\s]*$/u

/** How a question begins where nobody takes the trouble of a question mark, and how a request does. */
const beginnings = [
  "who|whom|whose|what|what’s|what's|where|when|why|how|which|is|are|does|did|can you|could you|would you|will you",
  'draw|paint|sketch|show|describe|imagine|tell (?:me|us)|make (?:me |us )?(?:a|an|another) (?:picture|drawing|image)',
  'vẽ|hãy|tả|miêu tả|mô tả|kể|cho (?:tôi|mình|tớ|em|xem|coi)|ai',
].join('|')
const polite = 'please|pls|hey|ok|okay|so|and|then|now|này|ơi|nào|làm ơn'
const begins = new RegExp(`^[^\\p{L}]*(?:(?:${polite})[^\\p{L}]+)*(?:${beginnings})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')
const endsInVietnamese = /(?<![\p{L}\p{M}])(?:không|ko|hả|chưa|gì|ai|đâu|nào|thế nào|bao nhiêu)[^\p{L}]*$/iu

function isQuestionOrRequest(text: string): boolean {
  return questionMark.test(text) || begins.test(text) || endsInVietnamese.test(text)
}
