/** Blocks of messages and views, and the views themselves, checked as strictly as Slack checks them, or more. */
import { z } from 'zod'
import type { Block, Json, TeamState } from '../world/state.ts'
import {
  button,
  checkboxes,
  externalSelect,
  fileInput,
  image,
  radioButtons,
  staticSelect,
  textInput,
  usersSelect,
} from './elements.ts'
import { limited, plain, richText, slackFile, text } from './texts.ts'

const block = { block_id: limited(255, 1).optional() }

const section = z
  .strictObject({
    type: z.literal('section'),
    text: text(3000).optional(),
    fields: z.array(text(2000)).min(1).max(10).optional(),
    accessory: z
      .discriminatedUnion('type', [button, image, staticSelect, usersSelect, checkboxes, radioButtons])
      .optional(),
    expand: z.boolean().optional(),
    ...block,
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'missing required field: text or fields')

const input = z.strictObject({
  type: z.literal('input'),
  label: plain(2000),
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: z.discriminatedUnion('type', [
    staticSelect,
    externalSelect,
    usersSelect,
    checkboxes,
    radioButtons,
    textInput,
    fileInput,
  ]),
  ...block,
})

const anyBlock = z.discriminatedUnion('type', [
  section,
  input,
  z.strictObject({ type: z.literal('header'), text: plain(150), ...block }),
  z.strictObject({ type: z.literal('divider'), ...block }),
  z.strictObject({
    type: z.literal('context'),
    elements: z
      .array(z.discriminatedUnion('type', [image, text(3000)]))
      .min(1)
      .max(10),
    ...block,
  }),
  z.strictObject({
    type: z.literal('image'),
    slack_file: slackFile,
    alt_text: limited(2000, 1),
    title: plain(2000).optional(),
    ...block,
  }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z
      .array(z.discriminatedUnion('type', [button, staticSelect, usersSelect, checkboxes, radioButtons]))
      .min(1)
      .max(25),
    ...block,
  }),
  z.strictObject({ type: z.literal('rich_text'), elements: z.array(richText).min(1), ...block }),
])

/** A block that passes the checks. */
export type CheckedBlock = z.infer<typeof anyBlock>

const common = {
  private_metadata: limited(3000).optional(),
  callback_id: limited(255).optional(),
  external_id: limited(255).optional(),
}
const modal = z.strictObject({
  type: z.literal('modal'),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  blocks: z.array(anyBlock).max(100),
  ...common,
})
const home = z.strictObject({ type: z.literal('home'), blocks: z.array(anyBlock).max(100), ...common })
const messageBlocks = z.array(anyBlock).max(50)

/** What is wrong, in Slack's words, such as `must be less than 76 characters [json-pointer:/blocks/0/text]`. */
export type Problems = readonly string[]

function problems(error: z.ZodError, under: string): Problems {
  return error.issues.map(({ message, path }) => `${message} [json-pointer:${[under, ...path].join('/')}]`)
}

function elementsOf(one: Block): Json[] {
  return [one.element, one.accessory, ...((one.elements ?? []) as Json[])].filter(each => each !== undefined) as Json[]
}

/** What only the whole can tell: ids that are there twice, pictures that cannot be shown. */
function wholeProblems(blocks: readonly Block[], team: TeamState, under: string): Problems {
  const found: string[] = []
  const blockIds = blocks.flatMap(({ block_id }) => block_id ?? [])
  if (new Set(blockIds).size < blockIds.length) found.push(`\`block_id\` must be unique [json-pointer:${under}]`)
  for (const [i, one] of blocks.entries()) {
    const at = `${under}/${i}`
    const actionIds = elementsOf(one).flatMap(({ action_id }) => (action_id as string | undefined) ?? [])
    if (new Set(actionIds).size < actionIds.length) found.push(`\`action_id\` must be unique [json-pointer:${at}]`)
    for (const picture of one.type === 'image'
      ? [one as Json]
      : elementsOf(one).filter(({ type }) => type === 'image')) {
      const file = team.files.get((picture.slack_file as { id: string }).id)
      if (!file?.processed || file.deleted || !/^image\/(png|jpe?g|gif)$/.test(file.mimetype))
        found.push(`invalid slack file [json-pointer:${at}/slack_file]`)
    }
    if (one.type === 'input' && under === '/blocks' && (one.element as Json).type === 'file_input')
      found.push(`unsupported element: file_input [json-pointer:${at}/element]`)
  }
  return found
}

export function messageProblems(blocks: unknown, team: TeamState): Problems {
  const { error } = messageBlocks.safeParse(blocks)
  return error ? problems(error, '/blocks') : wholeProblems(blocks as Block[], team, '/blocks')
}

export function viewProblems(view: unknown, type: 'modal' | 'home', team: TeamState): Problems {
  const { error } = (type === 'modal' ? modal : home).safeParse(view)
  if (error) return problems(error, '/view')
  const { blocks, submit } = view as { blocks: Block[]; submit?: unknown }
  const found = [...wholeProblems(blocks, team, '/view/blocks')]
  const inputs = blocks.filter(one => one.type === 'input')
  if (type === 'modal' && inputs.length > 0 && !submit)
    found.push('missing required field: submit [json-pointer:/view]')
  if (inputs.some(one => (one.element as Json).type === 'file_input') && !team.bot.scopes.has('files:read'))
    found.push('file_input needs the scope files:read [json-pointer:/view/blocks]')
  return found
}

/** With the ids that Slack makes where the app made none. */
export function completed(blocks: readonly Block[], makeId: () => string): Block[] {
  const withAction = (element: Json) =>
    element.type === 'image' || !('type' in element) || /^(plain_text|mrkdwn|rich_text_)/.test(element.type as string)
      ? element
      : { ...element, action_id: element.action_id ?? makeId() }
  return blocks.map(one => ({
    ...one,
    block_id: one.block_id ?? makeId(),
    ...(one.element !== undefined && { element: withAction(one.element as Json) }),
    ...(one.accessory !== undefined && { accessory: withAction(one.accessory as Json) }),
    ...(one.elements !== undefined && { elements: (one.elements as Json[]).map(withAction) }),
  }))
}
