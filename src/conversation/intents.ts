/**
 * Commands in plain words, in English and Vietnamese: "teach Mắm" with pictures, "who is this?", "remember that Bo is
 * Mắm's brother", "forget Mắm", "help". Only what can mean nothing else is taken for one; the rest is for the model. It
 * knows what commands there are and which options they have, and nothing of what they do.
 */
import type { SubjectKind } from '../../engine/engine.ts'
import { visible } from '../concepts/names.ts'
import type { IncomingMessage, OptionValue } from './chat.ts'

export interface SpokenCommand {
  readonly command: 'teach' | 'forget' | 'concepts' | 'who' | 'remember' | 'cancel' | 'privacy' | 'help'
  readonly options: Readonly<Record<string, OptionValue>>
}

/** The command that a message to the bot stands for, if it does. */
export function spokenCommand(message: IncomingMessage): SpokenCommand | undefined {
  const said = plainRequest(message.text)
  for (const recognise of [teach, who, remember, forget, simple]) {
    const command = recognise(said, message)
    if (command) return command
  }
  return undefined
}

const before =
  /^(?:(?:please|pls|hey|hi|ok|okay|can you|could you|would you|will you|now|làm ơn|này|hãy|bạn ơi|ơi)(?:[\s,:!]+|$))+/iu
const behind = /[\s,]*(?:(?:please|pls|thanks|thank you|nhé|nha|nhá|ạ|giúp (?:mình|tôi|tớ|em)|được không)[\s.!?,]*)+$/iu

/** Without courtesies around it and without its last stop; a question keeps its mark. */
function plainRequest(text: string): string {
  return visible(text)
    .trim()
    .replace(before, '')
    .replace(behind, '')
    .replace(/[.!\s]+$/u, '')
    .trim()
}

const kindWords: Readonly<Record<SubjectKind, string>> = {
  pet: 'pet|cat|kitten|dog|puppy|rabbit|bunny|bear|fox|bird|hamster|horse|animal|thú cưng|con mèo|con chó|mèo|chó|con thỏ',
  person: 'person|friend|human|man|woman|girl|boy|người bạn|người|bạn',
  thing: 'thing|object|toy|car|bike|đồ vật|món đồ|đồ chơi|cái',
  place: 'place|room|house|garden|nơi chốn|nơi|chỗ',
}
const teachVerbs = /^(?:teach(?: you(?:rself)?)?|learn|get to know|meet|dạy(?: bạn)?|học|làm quen với)[\s:]+(.+)$/isu
const introductions = /^(?:this is|these are pictures of|here is|here are pictures of|đây là)[\s:]+(.+)$/isu
/** Fewer pictures may come with any sentence. */
const enoughToTeach = 3

function teach(said: string, { pictures, mentions }: IncomingMessage): SpokenCommand | undefined {
  const rest =
    teachVerbs.exec(said)?.[1] ?? (pictures.length >= enoughToTeach ? introductions.exec(said)?.[1] : undefined)
  if (rest === undefined) return undefined
  // "Teach me to cook" asks for something else, unless there are pictures to learn from.
  if (pictures.length === 0 && (/[?]$|^(?:me|us|tôi|mình|tớ|em)\b/iu.test(rest) || rest.split(/\s+/).length > 5))
    return undefined
  const [person] = mentions
  const named = rest.replace(/[.!?\s]+$/u, '')
  const { kind, name, facts } = introduction(person ? named.replace(`@${person.name}`, '').trim() : named)
  return {
    command: 'teach',
    options: {
      name: name || person?.name || '',
      pictures,
      ...((kind || person) && { kind: person ? 'person' : kind! }),
      ...(person && { person }),
      ...(facts && { facts }),
    },
  }
}

/** `my cat Mắm, she is Bo's sister` → pet, Mắm, she is Bo's sister. */
function introduction(text: string): { kind?: SubjectKind; name: string; facts?: string } {
  const [, who = '', facts] = /^(.*?)(?:\s*[,;–—]\s*(.+))?$/su.exec(text) ?? []
  const name = who.replace(/^(?:my|our|the|a|an|about)\s+/iu, '')
  for (const [kind, words] of Object.entries(kindWords)) {
    const [, rest] = new RegExp(`^(?:${words})[\\s:]+(?:(?:named|called|tên là|tên)\\s+)?(.+)$`, 'isu').exec(name) ?? []
    if (rest) return { kind: kind as SubjectKind, name: rest.trim(), facts }
  }
  return { name: name.trim(), facts }
}

const whoQuestions = [
  /^(?:and |so )?(?:do you know |can you tell me |tell me )?who(?:m)? (?:is|are|'s|’s)? ?(?:this|that|it|these|those|they|here|there|shown here|(?:on|in) (?:it|here|this|that|(?:this|that|the) (?:picture|photo|pic|image|drawing|one)))(?: is| are)?[?]*$/iu,
  /^(?:and |so )?who(?:'s|’s) (?:this|that|it|here|(?:on|in) (?:it|here|this|that|(?:this|that|the) (?:picture|photo|pic|image|drawing|one)))[?]*$/iu,
  /^who(?:m)? (?:do|can) you (?:see|recogni[sz]e)(?: here| in (?:this|that|the) (?:picture|photo|pic|image|drawing|one))?[?]*$/iu,
  /^(?:thế |vậy |còn )?(?:đây|đó|kia|này|người này|con này|bé này) là ai(?: đây| đó| vậy| thế| nhỉ)?[?]*$/iu,
  /^(?:những )?ai (?:đây|đó|kia|vậy|thế)[?]*$/iu,
  /^(?:có )?(?:những )?ai (?:ở |đang ở )?(?:trong|trên) (?:bức |tấm |cái )?(?:ảnh|hình|tranh)(?: này| đó| đây)?(?: vậy| thế| nhỉ)?[?]*$/iu,
  /^(?:trong|trên) (?:bức |tấm |cái )?(?:ảnh|hình|tranh)(?: này| đó)? (?:là |có )(?:những )?ai(?: vậy| thế| nhỉ)?[?]*$/iu,
  /^(?:bạn )?(?:nhận ra|thấy) (?:những )?ai(?: không| đây| trong (?:ảnh|hình)(?: này)?)?[?]*$/iu,
]

function who(said: string, message: IncomingMessage): SpokenCommand | undefined {
  const { pictures } = picturesOf(message)
  const alone = said === '' && message.pictures.length > 0
  if (!alone && !whoQuestions.some(pattern => pattern.test(said))) return undefined
  return { command: 'who', options: { picture: pictures } }
}

const rememberVerbs = [
  /^(?:remember|note|keep in mind)(?: that|:)?\s+(.+)$/isu,
  /^(?:ghi nhớ|nhớ|ghi lại)(?: giúp)?(?: rằng| là|:)\s+(.+)$/isu,
  /^ghi nhớ\s+(.+)$/isu,
]

function remember(said: string): SpokenCommand | undefined {
  const fact = firstGroup(said, rememberVerbs)
  if (!fact || fact.endsWith('?') || /^(?:me|us|when|how|the time)\b/iu.test(fact)) return undefined
  return { command: 'remember', options: { fact } }
}

const unrememberVerbs = [
  /^forget (?:that|the fact that|the sentence)\s+(.+)$/isu,
  /^quên (?:rằng|là|chuyện|việc|câu)\s+(.+?)(?: đi)?$/isu,
]
const forgetVerbs = [
  /^(?:forget|unlearn)(?: about| everything about| all about)?\s+(.+)$/isu,
  /^quên\s+(.+?)(?: đi)?$/isu,
]
const oneself = /^(?:me|myself|everything about me|all about me|(?:hết |mọi thứ )?(?:về )?(?:tôi|mình|tớ|em))$/iu
/** "Forget it" forgets nobody. */
const nobody = /^(?:it|that|this|about it|nó|chuyện đó|đi)$/iu

function forget(said: string): SpokenCommand | undefined {
  const statement = said.replace(/\?+$/, '').trim()
  const fact = firstGroup(statement, unrememberVerbs)
  if (fact) return { command: 'remember', options: { delete: fact } }
  const name = firstGroup(statement, forgetVerbs)
  if (!name || nobody.test(name) || name.split(/\s+/).length > 5) return undefined
  return { command: 'forget', options: { name: oneself.test(name) ? 'me' : name } }
}

const simpleCommands: readonly (readonly [SpokenCommand['command'], RegExp])[] = [
  ['help', /^(?:help|help me|what can you do|what can i (?:do|ask|say)|how do you work|how does this work)$/iu],
  ['help', /^(?:giúp|giúp với|giúp tôi|giúp mình|trợ giúp|hướng dẫn|bạn (?:có thể )?làm được (?:những )?gì)$/iu],
  ['privacy', /^(?:privacy|what do you (?:keep|store|know) (?:about|of) me|quyền riêng tư|riêng tư)$/iu],
  ['concepts', /^(?:concepts|list|who(?:m)? do you know|(?:which|what) (?:pets|people|names|concepts) do you know)$/iu],
  ['concepts', /^(?:bạn (?:đang )?biết (?:những )?ai|danh sách)$/iu],
]
const cancelVerbs =
  /^(?:cancel|stop teaching|stop learning|huỷ|hủy|dừng dạy|thôi dạy|dừng học|thôi học)(?:\s+(.+))?$/isu

function simple(said: string): SpokenCommand | undefined {
  const statement = said.replace(/\?+$/, '').trim()
  for (const [command, pattern] of simpleCommands) if (pattern.test(statement)) return { command, options: {} }
  const cancel = cancelVerbs.exec(statement)
  if (cancel && (cancel[1] ?? '').split(/\s+/).length <= 5)
    return { command: 'cancel', options: cancel[1] ? { job: cancel[1] } : {} }
  return undefined
}

function firstGroup(text: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(text)
    if (match?.[1]) return match[1].trim()
  }
  return undefined
}

/** The pictures that a message is about: its own, else those of the message that it replies to. */
export function picturesOf({ pictures, repliedTo }: IncomingMessage) {
  if (pictures.length > 0) return { pictures, own: true }
  return { pictures: repliedTo?.pictures ?? [], own: false }
}

const courtesies =
  '(?:please|pls|hey|now|and|then|so|ok|okay|can you|could you|would you|will you|làm ơn|hãy|này|rồi|giờ)'
const drawVerbs =
  "draw|redraw|paint|sketch|illustrate|imagine|doodle|let me see|let us see|i want to see|i(?:['’]d| would) like (?:to see|an? (?:drawing|picture))" +
  '|(?:make|create|generate|give)(?: me| us)? (?:an?|another|one more) (?:photo|picture|drawing|painting|image|portrait|sketch|pic)' +
  '|show(?! (?:me |us )?(?:how|who|what|where|when|why|which))' +
  '|(?:an?|another|the|one more) (?:photo|picture|drawing|painting|image|portrait|sketch|pic) of' +
  '|vẽ|phác hoạ|phác họa|tạo (?:một )?(?:bức |tấm )?(?:ảnh|hình|tranh)|cho (?:tôi|mình|tớ|em|bọn mình|xin)? ?(?:xem|một)'
const drawRequest = new RegExp(
  `^[^\\p{L}]*(?:${courtesies}[^\\p{L}]+)*(?:me |us )?(?:${drawVerbs})(?![\\p{L}\\p{M}])`,
  'iu',
)
const drawInside = /(?<![\p{L}\p{M}])(?:draw|paint|sketch|vẽ)(?:ing)?(?![\p{L}\p{M}])/iu

/** Whether a text asks for a picture. The model has the last word; this is what can be known before. */
export function asksToDraw(text: string): boolean {
  const said = visible(text)
  return (
    drawRequest.test(said) ||
    (drawInside.test(said) && !/^[^\p{L}]*(?:who|what|where|when|why|which|did|is|was|ai)\b/iu.test(said))
  )
}
