/** A form of the bot: its fields with what is wrong with each beside it, until the bot has it or somebody closes it. */
import { useId, useState } from 'preact/hooks'
import type { Field } from '../../../../src/conversation/chat.ts'
import type { FieldError, WirePerson } from '../../wire.ts'
import { Refused } from '../state/api.ts'
import type { Picked } from '../state/picked.ts'
import type { FieldValue } from '../state/prefill.ts'
import type { AskedForm, ChatModel } from '../state/use-chat.ts'
import { t } from '../texts/index.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'
import { PictureField } from './picture-field.tsx'

export function FormDialog({ asked, chat }: { asked: AskedForm; chat: ChatModel }) {
  const { form } = asked
  const { acts, state } = chat
  const [values, setValues] = useState(asked.values)
  const [errors, setErrors] = useState<Readonly<Record<string, FieldError>>>({})
  const [wrong, setWrong] = useState('')
  const [sending, setSending] = useState(false)

  async function submit(event: Event) {
    event.preventDefault()
    if (sending) return
    setSending(true)
    setWrong('')
    try {
      await acts.submit(form, values)
    } catch (error) {
      const fields = error instanceof Refused ? error.fields : undefined
      setErrors(fields ?? {})
      setWrong(fields ? '' : (error as Error).message)
      const [first] = Object.keys(fields ?? {})
      if (first) document.querySelector<HTMLElement>(`[data-field="${CSS.escape(first)}"]`)?.focus()
    } finally {
      setSending(false)
    }
  }

  return (
    <Dialog label={form.title} close={acts.closeForm}>
      <form class="form" noValidate onSubmit={submit}>
        <header class="dialog-head">
          <h2>{form.title}</h2>
          <button type="button" class="round" aria-label={t.close} onClick={acts.closeForm}>
            <Icon name="close" />
          </button>
        </header>
        {form.fields.map(field => (
          <FormField
            key={field.name}
            field={field}
            value={values[field.name]}
            error={errors[field.name]}
            people={state.people}
            change={value => {
              setValues(before => ({ ...before, [field.name]: value }))
              setErrors(({ [field.name]: _, ...rest }) => rest)
            }}
          />
        ))}
        {wrong !== '' && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <div class="form-buttons">
          <button type="button" class="action action-plain" onClick={acts.closeForm}>
            {t.cancel}
          </button>
          <button type="submit" class="action action-primary" disabled={sending}>
            {sending ? t.sending : form.submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface FormFieldProps {
  readonly field: Field
  readonly value: FieldValue | undefined
  readonly error?: FieldError
  readonly people: readonly WirePerson[]
  readonly change: (value: FieldValue) => void
}

function FormField({ field, value, error, people, change }: FormFieldProps) {
  const id = useId()
  const common = {
    id,
    'data-field': field.name,
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-wrong`,
  }
  const wrong = (
    <span class="wrong" id={`${id}-wrong`} role={error ? 'alert' : undefined}>
      {error && sentence(error)}
    </span>
  )
  if (field.type === 'tick')
    return (
      <div class="field field-tick">
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={event => change(event.currentTarget.checked)}
        />
        <label for={id}>{field.label}</label>
        {wrong}
      </div>
    )
  const optional = 'optional' in field && field.optional
  const label = (
    <label for={id}>
      {field.label}
      {optional && <small> {t.optional}</small>}
    </label>
  )
  return (
    <div class="field">
      {label}
      {field.type === 'pictures' && (
        <PictureField {...{ common, field }} pictures={(value ?? []) as Picked[]} change={change} />
      )}
      {field.type === 'text' && <TextField {...{ common, field }} value={String(value ?? '')} change={change} />}
      {field.type === 'choice' && (
        <select {...common} value={String(value)} onChange={event => change(event.currentTarget.value)}>
          {field.choices.map(choice => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
      {field.type === 'person' && (
        <select {...common} value={String(value)} onChange={event => change(event.currentTarget.value)}>
          <option value="">{t.choosePerson}</option>
          {people.map(({ id: person, name }) => (
            <option key={person} value={person}>
              {name}
            </option>
          ))}
        </select>
      )}
      {wrong}
    </div>
  )
}

interface TextFieldProps {
  readonly common: object
  readonly field: Extract<Field, { type: 'text' }>
  readonly value: string
  readonly change: (value: string) => void
}

/** Longer texts get more room. */
const longText = 120

function TextField({ common, field, value, change }: TextFieldProps) {
  const given = { ...common, value, maxLength: field.maxLength }
  if (field.maxLength > longText)
    return <textarea {...given} rows={2} onInput={event => change(event.currentTarget.value)} />
  return <input {...given} autocomplete="off" onInput={event => change(event.currentTarget.value)} />
}

function sentence({ code, limit = 0, message }: FieldError): string {
  if (code === 'MISSING') return t.missing
  if (code === 'TOO_LONG') return t.tooLong(limit)
  if (code === 'TOO_FEW') return t.tooFew(limit)
  return code === 'TOO_MANY' ? t.tooMany(limit) : message
}
