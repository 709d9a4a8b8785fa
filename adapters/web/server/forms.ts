/**
 * The forms that the bot has opened, until they are handed in, and what is wrong with what was filled in. Kept in the
 * store, so that whoever is filling one in while the bot starts again loses nothing. Knows nothing of what a form is for.
 */
import { randomBytes } from 'node:crypto'
import { FamiliarError } from '../../../engine/errors.ts'
import type { Field, Form } from '../../../src/conversation/chat.ts'
import type { ApiError, FieldError, WireForm, WireValue } from '../wire.ts'
import type { People } from './people.ts'
import { inOrder, type Store } from './store.ts'

export interface OpenForm {
  readonly token: string
  readonly form: Form
  readonly person: string
  readonly channel: string
}

/** Forms beyond these are forgotten, the earliest first: nobody says when a dialog is closed for good. */
const keep = 100

/** A form that cannot be taken as it is. Its message stands for all fields, `fields` for each. */
export class FormError extends FamiliarError {
  readonly fields: NonNullable<ApiError['fields']>

  constructor(fields: NonNullable<ApiError['fields']>) {
    super('BAD_FORM', Object.values(fields)[0]!.message)
    this.fields = fields
  }
}

export class Forms {
  readonly #store: Store
  readonly #inOrder = inOrder()
  #open: readonly OpenForm[] = []

  constructor(store: Store) {
    this.#store = store
  }

  async open(): Promise<void> {
    this.#open = ((await this.#store.get('forms')) as OpenForm[] | undefined) ?? []
  }

  async add(form: Form, person: string, channel: string): Promise<WireForm> {
    const token = randomBytes(12).toString('hex')
    await this.#save([...this.#open, { token, form, person, channel }].slice(-keep))
    return { ...form, token }
  }

  /** @throws FamiliarError `FORM_GONE` */
  find(token: string, person: string): OpenForm {
    const open = this.#open.find(each => each.token === token && each.person === person)
    if (!open) throw new FamiliarError('FORM_GONE', 'Expected an open form but this one was handed in or is too old')
    return open
  }

  async remove(token: string): Promise<void> {
    await this.#save(this.#open.filter(each => each.token !== token))
  }

  #save(open: readonly OpenForm[]): Promise<void> {
    this.#open = open
    return this.#inOrder(async () => {
      await this.#store.set('forms', open)
    })
  }
}

/** @throws FormError */
export function checkFields(form: Form, given: Readonly<Record<string, WireValue>>, people: People): void {
  const errors = form.fields.flatMap(field => {
    const error = checkField(field, given[field.name], people)
    return error ? [[field.name, error] as const] : []
  })
  if (errors.length > 0) throw new FormError(Object.fromEntries(errors))
}

function checkField(field: Field, value: WireValue | undefined, people: People): FieldError | undefined {
  const { label } = field
  const expected = (what: string, received: string) => `Expected ${what} for “${label}” but received ${received}`
  const text = typeof value === 'string' ? value.trim() : ''
  switch (field.type) {
    case 'text':
      if (text === '' && !field.optional) return { code: 'MISSING', message: expected('a text', 'none') }
      if (text.length > field.maxLength) {
        const most = `at most ${field.maxLength} characters`
        return { code: 'TOO_LONG', message: expected(most, String(text.length)), limit: field.maxLength }
      }
      return
    case 'pictures': {
      const count = Array.isArray(value) ? value.length : 0
      const { min, max } = field
      const range = expected(min === max ? `${min} pictures` : `${min} to ${max} pictures`, String(count))
      if (count < min) return { code: 'TOO_FEW', message: range, limit: min }
      if (count > max) return { code: 'TOO_MANY', message: range, limit: max }
      return
    }
    case 'choice':
      if (!field.choices.some(choice => choice.value === value))
        return { code: 'NOT_A_CHOICE', message: expected('one of the choices', text || 'none') }
      return
    case 'person':
      if (text === '' ? !field.optional : !people.find(text))
        return { code: 'MISSING', message: expected('somebody of this chat', text || 'nobody') }
      return
    case 'tick':
      return
  }
}
