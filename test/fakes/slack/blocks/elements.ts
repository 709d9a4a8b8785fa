/** Elements of Block Kit that the fake knows, with their limits. */
import { z } from 'zod'
import { confirm, limited, mrkdwn, option, plain, slackFile } from './texts.ts'

const action = { action_id: limited(255, 1).optional() }
const focus = { focus_on_load: z.boolean().optional() }
const placeholder = { placeholder: plain(150).optional() }
const asked = { confirm: confirm.optional() }
/** Labels with mark-up are for those that show all of their options. */
const shownOption = z.union([option(plain(75)), option(mrkdwn(75))])
export const menuOption = option(plain(75))

/** Choices that were made beforehand must be among the options, letter for letter. */
function amongOptions(element: { options: unknown[]; initial_option?: unknown; initial_options?: unknown[] }): boolean {
  const known = new Set(element.options.map(each => JSON.stringify(each)))
  const initial = element.initial_options ?? (element.initial_option === undefined ? [] : [element.initial_option])
  return initial.every(each => known.has(JSON.stringify(each)))
}
function differentValues(element: { options: { value: string }[] }): boolean {
  return new Set(element.options.map(({ value }) => value)).size === element.options.length
}

export const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  value: limited(2000).optional(),
  url: limited(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: limited(75).optional(),
  ...action,
  ...asked,
})

/** A picture of which Slack itself has the bytes. Others it would fetch, which it cannot from here. */
export const image = z.strictObject({ type: z.literal('image'), slack_file: slackFile, alt_text: limited(2000, 1) })

export const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    options: z.array(menuOption).min(1).max(100),
    initial_option: menuOption.optional(),
    ...action,
    ...focus,
    ...placeholder,
    ...asked,
  })
  .refine(amongOptions, 'initial_option is not one of the options')
  .refine(differentValues, 'options have the same value')

/** Its options are asked of the app while somebody types. */
export const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  min_query_length: z.number().int().min(0).optional(),
  initial_option: menuOption.optional(),
  ...action,
  ...focus,
  ...placeholder,
  ...asked,
})

export const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  initial_user: z.string().optional(),
  ...action,
  ...focus,
  ...placeholder,
  ...asked,
})

export const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    options: z.array(shownOption).min(1).max(10),
    initial_options: z.array(shownOption).min(1).optional(),
    ...action,
    ...focus,
    ...asked,
  })
  .refine(amongOptions, 'initial_options are not among the options')
  .refine(differentValues, 'options have the same value')

export const radioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    options: z.array(shownOption).min(1).max(10),
    initial_option: shownOption.optional(),
    ...action,
    ...focus,
    ...asked,
  })
  .refine(amongOptions, 'initial_option is not one of the options')
  .refine(differentValues, 'options have the same value')

export const textInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    initial_value: limited(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.number().int().min(0).max(3000).optional(),
    max_length: z.number().int().min(1).max(3000).optional(),
    ...action,
    ...focus,
    ...placeholder,
  })
  .refine(
    ({ initial_value = '', max_length = 3000 }) => [...initial_value].length <= max_length,
    'initial_value is longer than max_length',
  )

export const fileInput = z.strictObject({
  type: z.literal('file_input'),
  filetypes: z.array(z.string().min(1)).min(1).optional(),
  max_files: z.number().int().min(1).max(10).optional(),
  ...action,
})
