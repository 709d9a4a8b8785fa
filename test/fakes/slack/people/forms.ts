/** Modals as people see them and fill them in, with what a client itself checks. */
import { ClientRefusal } from '../refusal.ts'
import { namesOf, plainText, seenBlocks, seenButtons, seenImages } from '../rendering/seen.ts'
import type { FieldType, FileToShare, FilledIn, SeenField, SeenView } from '../types.ts'
import { addFile } from '../world/files.ts'
import { fileJson, viewJson } from '../world/json.ts'
import type { Block, Json, TeamState, UserState, ViewState } from '../world/state.ts'
import type { World } from '../world/world.ts'

const largestFile = 10 * 1024 * 1024
export const requiredMissing = 'Please complete this required field.'

type Option = { readonly text: Json; readonly value: string }

function inputsOf(view: ViewState): Block[] {
  return (view.content.blocks as Block[]).filter(({ type }) => type === 'input')
}

export function seenView(world: World, team: TeamState, view: ViewState): SeenView {
  const { content } = view
  const blocks = content.blocks as Block[]
  return {
    id: view.id,
    callbackId: (content.callback_id as string | undefined) ?? '',
    title: content.title ? plainText(content.title as Json) : '',
    ...(content.submit !== undefined && { submit: plainText(content.submit as Json) }),
    ...seenBlocks(blocks, namesOf(team)),
    fields: inputsOf(view).map(block => seenField(block, view.errors[block.block_id!])),
    buttons: seenButtons(blocks),
    images: seenImages(team, blocks),
    raw: viewJson(world, team, view),
  }
}

function label(option: Option): string {
  return plainText(option.text)
}

function seenField(block: Block, error?: string): SeenField {
  const element = block.element as Json
  const options = (element.options ?? []) as Option[]
  return {
    blockId: block.block_id!,
    actionId: element.action_id as string,
    type: element.type as FieldType,
    label: plainText(block.label as Json),
    ...(block.hint !== undefined && { hint: plainText(block.hint as Json) }),
    optional: block.optional === true,
    choices: options.map(label),
    ...initial(element),
    ...(error !== undefined && { error }),
  }
}

function initial(element: Json): { initial?: string | readonly string[] } {
  if (element.initial_options) return { initial: (element.initial_options as Option[]).map(label) }
  if (element.initial_option) return { initial: label(element.initial_option as Option) }
  const value = (element.initial_value ?? element.initial_user) as string | undefined
  return value === undefined ? {} : { initial: value }
}

export interface Filled {
  /** `view.state.values`. */
  readonly values: Json
  /** What the client finds wrong, by block id. */
  readonly errors: Readonly<Record<string, string>>
}

/** @throws ClientRefusal for what no client lets one enter */
export function filledIn(
  world: World,
  team: TeamState,
  user: UserState,
  view: ViewState,
  given: Readonly<Record<string, FilledIn>>,
): Filled {
  const values: Record<string, Json> = {}
  const errors: Record<string, string> = {}
  const unused = new Set(Object.keys(given))
  for (const block of inputsOf(view)) {
    const element = block.element as Json
    const names = [block.block_id!, element.action_id as string, plainText(block.label as Json)]
    const name = names.find(each => each in given)
    if (name) unused.delete(name)
    const offered = view.offered?.[block.block_id!] as readonly Option[] | undefined
    const value = entered(
      { world, team, user },
      { ...element, ...(offered && { options: offered }) },
      name && given[name],
    )
    values[block.block_id!] = { [element.action_id as string]: { type: element.type, ...value } }
    const isEmpty = Object.values(value).every(each => each === null || (each as unknown[]).length === 0)
    if (isEmpty && block.optional !== true) errors[block.block_id!] = requiredMissing
  }
  if (unused.size > 0) throw new ClientRefusal('no_such_field', `the form has no field ${[...unused].join(', ')}`)
  return { values, errors }
}

interface Hand {
  readonly world: World
  readonly team: TeamState
  readonly user: UserState
}

function entered(hand: Hand, element: Json, given: FilledIn | undefined): Json {
  const options = (element.options ?? []) as Option[]
  const option = (wanted: unknown) =>
    options.find(each => each.value === wanted || label(each) === wanted) ??
    refuse('no_such_choice', `${String(wanted)} is not among ${options.map(label).join(', ')}`)
  switch (element.type) {
    case 'plain_text_input':
      return { value: typedText(element, given as string | undefined) }
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { selected_option: given === undefined ? (element.initial_option ?? null) : option(given) }
    case 'checkboxes':
      return {
        selected_options: given === undefined ? (element.initial_options ?? []) : (given as string[]).map(option),
      }
    case 'users_select':
      return { selected_user: given === undefined ? (element.initial_user ?? null) : pickedUser(hand.team, given) }
    default:
      return { files: attached(hand, element, (given ?? []) as FileToShare[]) }
  }
}

function refuse(code: string, message: string): never {
  throw new ClientRefusal(code, message)
}

function typedText(element: Json, given = element.initial_value as string | undefined): string | null {
  const { min_length = 0, max_length = 3000 } = element as { min_length?: number; max_length?: number }
  const length = [...(given ?? '')].length
  if (length > max_length) refuse('too_long', `at most ${max_length} characters can be typed, not ${length}`)
  if (length > 0 && length < min_length) refuse('too_short', `at least ${min_length} characters, not ${length}`)
  return given === undefined || given === '' ? null : given
}

function pickedUser(team: TeamState, given: FilledIn): string {
  const id = typeof given === 'string' ? given : (given as { id: string }).id
  const user = team.users.get(id)
  return user && !user.deactivated ? id : refuse('no_such_user', `${id} is nobody of the team`)
}

function attached({ world, team, user }: Hand, element: Json, files: readonly FileToShare[]): Json[] {
  const { filetypes, max_files = 10 } = element as { filetypes?: string[]; max_files?: number }
  if (files.length > max_files) refuse('too_many_files', `at most ${max_files} files, not ${files.length}`)
  for (const { name, bytes } of files) {
    const ending = name.split('.').at(-1)!.toLowerCase()
    if (filetypes && !filetypes.includes(ending))
      refuse('wrong_file_type', `${name} is not one of ${filetypes.join(', ')}`)
    if (bytes.length > largestFile) refuse('file_too_large', `${name} has more than 10 MB`)
  }
  return files.map(file => fileJson(world, team, addFile(world, team, user.id, file, { givenToApp: true })))
}
