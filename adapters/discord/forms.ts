/** The bot's forms as Discord's modals: up to five fields, each under a label. */
import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js'
import type { Field, Form } from '../../src/conversation/chat.ts'
import type { Say } from '../../src/texts/texts.ts'
import { cut } from './payload.ts'

const mostFields = 5
const longestTitle = 45
const longestLabel = 45
const longestDescription = 100
const longestChoice = 100
const mostChoices = 25
/** Longer texts get a field of several lines. */
const oneLine = 100

export function modalOf({ action, title, fields }: Form, say: Say): APIModalInteractionResponseCallbackData {
  const shown = fieldsThatFit(fields)
  const labels = shown.map(labelOf)
  const left = fields.filter(field => !shown.includes(field)).map(({ label }) => label)
  const last = labels.at(-1)
  if (left.length > 0 && last)
    last.description ??= cut(say('discord.leftOut', { fields: left.join(', ') }), longestDescription)
  return { custom_id: action, title: cut(title, longestTitle), components: labels }
}

/**
 * Where there are too many, those are left out that nobody has to fill in: texts first, which can be said at any time
 * later, then people.
 */
function fieldsThatFit(fields: readonly Field[]): readonly Field[] {
  const tooMany = fields.length - mostFields
  if (tooMany <= 0) return fields
  const spare = [
    ...fields.filter(field => field.type === 'text' && field.optional),
    ...fields.filter(field => field.type === 'person' && field.optional),
  ].slice(0, tooMany)
  return fields.filter(field => !spare.includes(field)).slice(0, mostFields)
}

/** A label that is too long is told whole below itself. */
function labelOf(field: Field): APILabelComponent {
  const { label } = field
  return {
    type: ComponentType.Label,
    label: cut(label, longestLabel),
    ...(label.length > longestLabel && { description: cut(label, longestDescription) }),
    component: componentOf(field),
  }
}

function componentOf(field: Field): APILabelComponent['component'] {
  const { name: custom_id } = field
  switch (field.type) {
    case 'text':
      return {
        type: ComponentType.TextInput,
        custom_id,
        style: field.maxLength > oneLine ? TextInputStyle.Paragraph : TextInputStyle.Short,
        max_length: field.maxLength,
        required: !field.optional,
        ...(field.value && { value: field.value.slice(0, field.maxLength) }),
      }
    case 'pictures':
      return {
        type: ComponentType.FileUpload,
        custom_id,
        min_values: field.min,
        max_values: field.max,
        required: field.min > 0,
        file_types: ['image'],
      }
    case 'choice':
      return {
        type: ComponentType.StringSelect,
        custom_id,
        options: field.choices.slice(0, mostChoices).map(({ value, label }) => ({
          value,
          label: cut(label, longestChoice),
          default: value === field.value,
        })),
      }
    case 'person':
      return {
        type: ComponentType.UserSelect,
        custom_id,
        min_values: field.optional ? 0 : 1,
        max_values: 1,
        required: !field.optional,
      }
    case 'tick':
      return { type: ComponentType.Checkbox, custom_id }
  }
}
