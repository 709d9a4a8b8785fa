/** What Discord demands of components beyond the shape of their description. */

import { type FieldError, invalid, tooLong } from '../../errors.ts'
import { attached } from '../../payloads/components.ts'
import { allComponents } from '../../state/mentions.ts'
import { type Component, Flag, type StoredFile } from '../../state/model.ts'

const Type = { Row: 1, Button: 2, TextDisplay: 10, Label: 18 } as const
const linkStyle = 5
const premiumStyle = 6

type Wrong = Record<string, FieldError>

const twice: FieldError = {
  code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
  message: 'Component custom id cannot be duplicated',
}

/** Gives those without an id one, as Discord does. @throws DiscordError 50035 */
export function checkMessageComponents(
  components: readonly Component[],
  flags: number,
  files: readonly StoredFile[],
): void {
  const wrong: Wrong = {}
  const all = allComponents(components)
  if (flags & Flag.ComponentsV2) {
    if (all.length > 40) wrong.components = { code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 40 or fewer components.' }
    const text = all.reduce(
      (sum, { type, content }) => sum + (type === Type.TextDisplay ? [...(content ?? '')].length : 0),
      0,
    )
    if (text > 4000) wrong.components = tooLong(4000)
  } else {
    if (components.length > 5)
      wrong.components = { code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be between 1 and 5 in length.' }
    for (const [i, { type }] of components.entries())
      if (type !== Type.Row)
        wrong[`components.${i}.type`] = {
          code: 'UNION_TYPE_CHOICES',
          message: 'Value of field "type" must be one of (1,).',
        }
  }
  checkRows(components, 'components', wrong)
  checkCustomIds(all, wrong)
  checkMedia(all, files, wrong)
  if (Object.keys(wrong).length) throw invalid(wrong)
  number(all)
}

/** @throws DiscordError 50035 */
export function checkModalComponents(components: readonly Component[]): void {
  const wrong: Wrong = {}
  const all = allComponents(components)
  if (components.length > 5)
    wrong['data.components'] = { code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be between 1 and 5 in length.' }
  checkCustomIds(all, wrong)
  for (const [i, { type, component, components: inner }] of components.entries()) {
    const at = `data.components.${i}`
    if (type === Type.Row && !inner?.[0]?.label) wrong[`${at}.components.0.label`] = required
    if (component) checkField(component, `${at}.component`, wrong)
  }
  if (Object.keys(wrong).length) throw invalid(wrong)
  number(all)
}

const required: FieldError = { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }

function checkField(field: Component, at: string, wrong: Wrong): void {
  const { min_values: min, max_values: max, min_length: shortest, max_length: longest, options } = field
  if (field.label) wrong[`${at}.label`] = { code: 'COMPONENT_LABEL_NOT_ALLOWED', message: 'A label has its own' }
  if (min === 0 && field.required !== false)
    wrong[`${at}.min_values`] = { code: 'COMPONENT_MIN_VALUES_REQUIRED', message: 'Must be at least 1 when required' }
  if ((min ?? 1) > (max ?? (options?.length || 1)))
    wrong[`${at}.min_values`] = { code: 'COMPONENT_MIN_VALUES_TOO_LARGE', message: 'Must not be more than max_values' }
  if ((shortest ?? 0) > (longest ?? 4000))
    wrong[`${at}.min_length`] = { code: 'COMPONENT_MIN_LENGTH_TOO_LARGE', message: 'Must not be more than max_length' }
  if (field.value && field.value.length > (longest ?? 4000)) wrong[`${at}.value`] = tooLong(longest ?? 4000)
  if (options && new Set(options.map(({ value }) => value)).size < options.length)
    wrong[`${at}.options`] = {
      code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
      message: 'The specified option value is already used',
    }
  const fileTypes = field.file_types ?? []
  if (fileTypes.length > 10 || fileTypes.some(each => !/^(image|video|audio|\.[\w.]+)$/.test(each)))
    wrong[`${at}.file_types`] = { code: 'FILE_TYPE_INVALID', message: 'Up to 10 groups or endings such as “.pdf”' }
}

function checkRows(components: readonly Component[], at: string, wrong: Wrong): void {
  for (const [i, component] of components.entries()) {
    const here = `${at}.${i}`
    const inner = component.components ?? []
    if (component.type !== Type.Row) checkRows(inner, `${here}.components`, wrong)
    else if (inner.length > 1 && inner.some(({ type }) => type !== Type.Button))
      wrong[`${here}.components`] = {
        code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
        message: 'The specified component exceeds the maximum width',
      }
    const buttons = [...inner, component.accessory].map((each, j) => [each, j] as const)
    for (const [button, j] of buttons)
      if (button?.type === Type.Button) checkButton(button, `${here}.components.${j}`, wrong)
  }
}

function checkButton({ style, label, emoji, custom_id, url, sku_id }: Component, at: string, wrong: Wrong): void {
  if (style === premiumStyle ? !sku_id : !label && !emoji)
    wrong[`${at}.label`] = { code: 'BUTTON_COMPONENT_INVALID', message: 'A button must have a label or an emoji' }
  if (style === linkStyle && (!url || custom_id))
    wrong[`${at}.url`] = {
      code: 'BUTTON_COMPONENT_INVALID_URL',
      message: 'A link button must have a url and no custom id',
    }
  if (style !== linkStyle && style !== premiumStyle && (!custom_id || url))
    wrong[`${at}.custom_id`] = { code: 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', message: 'A custom id is required' }
}

function checkCustomIds(all: readonly Component[], wrong: Wrong): void {
  const customIds = all.flatMap(({ custom_id }) => custom_id ?? [])
  const ids = all.flatMap(({ id }) => id || [])
  if (new Set(customIds).size < customIds.length || new Set(ids).size < ids.length) wrong.components = twice
}

function checkMedia(all: readonly Component[], files: readonly StoredFile[], wrong: Wrong): void {
  const urls = all.flatMap(({ media, file, items }) =>
    [media, file, ...(items ?? []).map(({ media }) => media)].flatMap(each => each?.url ?? []),
  )
  for (const url of urls)
    if (!/^https?:\/\//.test(url) && !attached(url, files))
      wrong.components = { code: 'COMPONENT_MEDIA_INVALID', message: `“${url}” is none of the attachments` }
}

function number(all: readonly Component[]): void {
  const taken = new Set(all.flatMap(({ id }) => id || []))
  let next = 1
  for (const component of all) {
    if (component.id) continue
    while (taken.has(next)) next++
    component.id = next++
  }
}
