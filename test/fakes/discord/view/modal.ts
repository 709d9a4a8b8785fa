/** A modal as a client shows it, and what the client has against what was filled in. */

import type { ModalBody } from '../state/interactions.ts'
import { allComponents } from '../state/mentions.ts'
import type { Component } from '../state/model.ts'
import type { FakeFile, ModalValue, SeenField, SeenModal } from '../types.ts'

export const FieldType: Readonly<Record<number, SeenField['type']>> = {
  3: 'strings',
  4: 'text',
  5: 'users',
  6: 'roles',
  7: 'mentionables',
  8: 'channels',
  19: 'files',
  21: 'radio',
  22: 'checkboxes',
  23: 'checkbox',
}

/** Endings of the groups that `file_types` may name. */
const groups: Readonly<Record<string, readonly string[]>> = {
  image: ['.png', '.gif', '.jpg', '.jpeg', '.jfif', '.webp', '.avif'],
  video: ['.mp4', '.mov', '.qt', '.webm'],
  audio: ['.mp3', '.m4a', '.wav', '.ogg', '.opus', '.flac'],
}

export function seenModal({ title, custom_id, components }: ModalBody): SeenModal {
  return {
    title,
    customId: custom_id,
    fields: components.flatMap(row =>
      allComponents([row])
        .filter(({ type }) => FieldType[type])
        .map(field => seenField(field, row)),
    ),
  }
}

function seenField(field: Component, row: Component): SeenField {
  const type = FieldType[field.type]!
  const required = type !== 'checkbox' && field.required !== false
  const options = field.options?.map(({ value, label, description }) => ({
    value,
    label,
    ...(description && { description }),
  }))
  const one = type === 'text' || type === 'radio' || type === 'checkbox'
  return {
    type,
    customId: field.custom_id!,
    label: row.label ?? field.label ?? '',
    ...(row.description && { description: row.description }),
    required,
    ...(type === 'text' && { min: field.min_length ?? 0, max: field.max_length ?? 4000 }),
    ...(!one && {
      min: field.min_values ?? (required ? 1 : 0),
      max: field.max_values ?? (type === 'checkboxes' ? options!.length : 1),
    }),
    value: preset(field),
    ...(field.placeholder && { placeholder: field.placeholder }),
    ...(options && { choices: options }),
    ...(field.file_types && { fileTypes: field.file_types.flatMap(each => groups[each] ?? each.toLowerCase()) }),
  }
}

/** What stands there when it opens. */
function preset({ type, value, default: ticked, options, default_values }: Component): SeenField['value'] {
  const kind = FieldType[type]!
  const chosen = (options ?? []).filter(option => option.default).map(option => option.value)
  if (kind === 'text') return value ?? ''
  if (kind === 'checkbox') return ticked ?? false
  if (kind === 'radio') return chosen[0]
  if (kind === 'files') return undefined
  return options ? chosen : (default_values ?? []).map(({ id }) => id)
}

/** What the client finds wrong with one field; undefined when nothing is. */
export function wrongWith(field: SeenField, value: ModalValue | undefined): string | undefined {
  if (field.type === 'text') return wrongText(field, value)
  if (field.type === 'checkbox')
    return value === undefined || typeof value === 'boolean' ? undefined : 'Expected a tick'
  if (field.type === 'radio') return wrongChoices(field, value === undefined ? [] : [value], 1)
  if (value !== undefined && !Array.isArray(value)) return 'Expected a list'
  const values = (value ?? []) as readonly unknown[]
  if (!field.required && !values.length) return undefined
  if (values.length < field.min!) return `Expected at least ${field.min} but received ${values.length}`
  if (field.type === 'files') return wrongFiles(field, values as readonly FakeFile[])
  return wrongChoices(field, values, field.max!)
}

function wrongText({ required, min, max }: SeenField, value: ModalValue | undefined): string | undefined {
  if (value !== undefined && typeof value !== 'string') return 'Expected text'
  const { length } = value ?? ''
  if (!length) return required ? 'This field is required' : undefined
  return length < min! || length > max! ? `Must be between ${min} and ${max} in length` : undefined
}

function wrongFiles({ max, fileTypes }: SeenField, files: readonly FakeFile[]): string | undefined {
  if (files.length > max!) return `Expected at most ${max} but received ${files.length}`
  const bad = fileTypes && files.find(({ name }) => !fileTypes.some(ending => name.toLowerCase().endsWith(ending)))
  return bad && `“${bad.name}” is none of ${fileTypes.join(', ')}`
}

function wrongChoices({ required, choices }: SeenField, values: readonly unknown[], max: number): string | undefined {
  if (required && !values.length) return 'This field is required'
  if (values.length > max) return `Expected at most ${max} but received ${values.length}`
  const stray = choices && values.find(value => !choices.some(choice => choice.value === value))
  return stray === undefined ? undefined : `“${String(stray)}” is not among the choices`
}
