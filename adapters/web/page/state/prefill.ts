/** Fills in a teaching form with what is known already: pictures that were dropped, or a subject of the sample album. */
import type { WireForm } from '../../wire.ts'
import type { Picked } from './picked.ts'

export type FieldValue = string | boolean | readonly Picked[]

export interface Wish {
  readonly pictures: readonly Picked[]
  readonly name?: string
  readonly kind?: string
  /** Id of the member whom the pictures show. */
  readonly person?: string
}

export interface Filled {
  readonly values: Record<string, FieldValue>
  /** Nothing is left for a person to decide. */
  readonly complete: boolean
}

export function emptyValues(form: WireForm): Record<string, FieldValue> {
  return Object.fromEntries(
    form.fields.map(field => {
      if (field.type === 'pictures') return [field.name, []]
      if (field.type === 'tick') return [field.name, false]
      if (field.type === 'choice') return [field.name, field.value ?? field.choices[0]?.value ?? '']
      return [field.name, field.type === 'text' ? (field.value ?? '') : '']
    }),
  )
}

export function fillIn(form: WireForm, wish: Wish): Filled {
  const values = emptyValues(form)
  const { fields } = form
  const pictures = fields.find(field => field.type === 'pictures')
  if (pictures?.type === 'pictures') values[pictures.name] = wish.pictures.slice(0, pictures.max)
  const texts = fields.filter(field => field.type === 'text')
  const name = texts.find(field => field.name === 'name') ?? texts.find(field => !field.optional)
  if (name && wish.name !== undefined) values[name.name] = wish.name
  const kind = fields.find(field => field.type === 'choice' && field.choices.some(choice => choice.value === wish.kind))
  if (kind && wish.kind !== undefined) values[kind.name] = wish.kind
  const person = fields.find(field => field.type === 'person')
  if (person && wish.person !== undefined) values[person.name] = wish.person
  const open = fields.some(field => field.type === 'text' && !field.optional && values[field.name] === '')
  // Nobody is taught from pictures alone: whoever picked them says who it is, and agrees where it takes that.
  const known = wish.kind === 'pet' || wish.person !== undefined
  return { values, complete: known && !open && pictures !== undefined }
}
