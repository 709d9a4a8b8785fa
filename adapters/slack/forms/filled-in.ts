/** What somebody has filled into a modal: whether it can be taken, and what it says. */
import type { OptionValue } from '../../../src/conversation/chat.ts'
import { type Locale, speaker } from '../../../src/texts/texts.ts'
import type { SlackFile } from '../reading/message.ts'
import type { Pictures } from '../reading/pictures.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import type { Asked } from './modal.ts'

/** As Slack sends it, by block and element. */
export type ModalState = Readonly<Record<string, Readonly<Record<string, StateValue>>>>

interface StateValue {
  readonly value?: string | null
  readonly selected_option?: { readonly value: string } | null
  readonly selected_options?: readonly { readonly value: string }[]
  readonly selected_user?: string | null
  readonly files?: readonly SlackFile[]
}

/** What is wrong, by field; Slack shows it there. */
export function errorsIn(asks: readonly Asked[], state: ModalState, locale: Locale): Record<string, string> {
  const say = speaker(locale)
  return Object.fromEntries(
    asks.flatMap(({ name, type, optional, min = 0, max = 10 }) => {
      const value = valueIn(state, name)
      if (type === 'pictures') {
        const count = value.files?.length ?? 0
        if (count < min)
          return [[name, say(max === 1 ? 'slack.onePicture' : 'slack.tooFew', { fewest: min, most: max, count })]]
        return count > max ? [[name, say('slack.tooMany', { most: max, count })]] : []
      }
      return optional || type === 'tick' || textOf(value) !== '' ? [] : [[name, say('slack.missing')]]
    }),
  )
}

/** The values of those fields that have some. */
export async function valuesIn(
  asks: readonly Asked[],
  state: ModalState,
  workspace: Workspace,
  pictures: Pictures,
): Promise<Record<string, OptionValue>> {
  const values: Record<string, OptionValue> = {}
  for (const { name, type } of asks) {
    const value = valueIn(state, name)
    if (type === 'tick') values[name] = (value.selected_options ?? []).length > 0
    else if (type === 'pictures') {
      const found = pictures.ofFiles(value.files ?? [], workspace)
      if (found.length > 0) values[name] = found
    } else if (type === 'person') {
      if (value.selected_user) values[name] = await workspace.people.person(value.selected_user)
    } else if (textOf(value) !== '') values[name] = textOf(value)
  }
  return values
}

const valueIn = (state: ModalState, name: string): StateValue => Object.values(state[name] ?? {})[0] ?? {}

const textOf = ({ value, selected_option, selected_user }: StateValue): string =>
  (value ?? selected_option?.value ?? selected_user ?? '').trim()
