/**
 * Commands as they are typed: `/teach Mắm kind:pet`. The words before the first `option:` belong to the command's first
 * option that takes words; pictures of the message to its first that takes pictures.
 */
import type { CommandInfo, CommandOption } from '../../../command-info.ts'
import type { WirePerson } from '../../wire.ts'
import { t } from '../texts/index.ts'

export interface CommandLine {
  /** As typed, without the slash. */
  readonly name: string
  readonly command?: CommandInfo
  /** What is typed so far for each option, and where it stands in the text. */
  readonly given: readonly { readonly option: CommandOption; readonly value: string; readonly from: number }[]
}

const takesPictures = ({ type }: CommandOption) => type === 'pictures' || type === 'picture'

/** Nothing when the text is no command. */
export function parseCommandLine(text: string, commands: readonly CommandInfo[]): CommandLine | undefined {
  const head = /^\/(\S*)/.exec(text)
  if (!head) return undefined
  const name = head[1]!
  const wanted = name.toLowerCase()
  const command = commands.find(each => each.name === wanted || each.localName?.toLowerCase() === wanted)
  if (!command || text.length === head[0].length) return { name, command, given: [] }
  const worded = command.options.filter(option => !takesPictures(option))
  const names = worded.map(each => each.name).join('|')
  const starts = names ? [...text.matchAll(new RegExp(`(?<=\\s)(${names}):\\s?`, 'gi'))] : []
  const given: { option: CommandOption; value: string; from: number }[] = []
  const add = (option: CommandOption | undefined, from: number, to = text.length) => {
    if (option) given.push({ option, value: text.slice(from, to).trim(), from })
  }
  const [first] = worded.filter(option => option.type !== 'tick')
  const rest = head[0].length + 1
  if (starts[0]?.index !== rest) add(first, rest, starts[0]?.index)
  for (const [i, start] of starts.entries()) {
    const option = worded.find(each => each.name.toLowerCase() === start[1]!.toLowerCase())
    add(option, start.index + start[0].length, starts[i + 1]?.index)
  }
  return { name, command, given }
}

/**
 * The values by option, or the sentence that says what is wrong. Pictures are added by whoever has them.
 *
 * @param asks the bot asks for whatever is missing
 */
export function readCommandLine(
  line: CommandLine,
  people: readonly WirePerson[],
  pictures: number,
  asks = false,
): { values: Record<string, string | boolean>; picturesTo?: string } | { wrong: string } {
  const { command } = line
  if (!command) return { wrong: t.noCommand(line.name) }
  const values: Record<string, string | boolean> = {}
  for (const { option, value } of line.given) {
    if (value === '') continue
    const read = readValue(option, value, people)
    if ('wrong' in read) return read
    values[option.name] = read.value
  }
  const pictureOption = command.options.find(takesPictures)
  if (pictures > 0 && !pictureOption) return { wrong: t.noPicturesTaken(command.name) }
  if (pictures > 1 && pictureOption?.type === 'picture') return { wrong: t.onePicture(command.name) }
  const picturesTo = pictures > 0 ? pictureOption?.name : undefined
  const missing = command.options.find(({ name, required }) => required && !(name in values) && name !== picturesTo)
  if (missing && !asks) return { wrong: t.needsOption(command.name, missing.description) }
  return { values, picturesTo }
}

function readValue(
  { name, type, choices = [] }: CommandOption,
  value: string,
  people: readonly WirePerson[],
): { value: string | boolean } | { wrong: string } {
  if (type === 'tick') return { value: !/^(no|false|0|không)$/i.test(value) }
  const same = (a: string, b: string) => a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase()
  if (type === 'person') {
    const called = value.replace(/^@/, '')
    const person = people.find(each => same(each.name, called))
    return person ? { value: person.id } : { wrong: t.noSuchPerson(called) }
  }
  if (type === 'choice') {
    const choice = choices.find(each => same(each.value, value) || same(each.label, value))
    return choice ? { value: choice.value } : { wrong: t.notAChoice(name, choices.map(each => each.label).join(', ')) }
  }
  return { value }
}
