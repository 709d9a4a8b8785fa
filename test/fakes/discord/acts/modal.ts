/** From a modal that was filled in to the data of an interaction. */
import type { ModalBody } from '../state/interactions.ts'
import type { Channel, Component } from '../state/model.ts'
import type { World } from '../state/world.ts'
import { type FakeFile, type ModalValue, Refused, RefusedFields } from '../types.ts'
import { FieldType, seenModal, wrongWith } from '../view/modal.ts'
import { Resolved } from './resolved.ts'

type Values = Readonly<Record<string, ModalValue>>

/** @throws RefusedFields for what the client finds wrong */
export async function modalData(world: World, channel: Channel, modal: ModalBody, given: Values) {
  const { fields } = seenModal(modal)
  const stray = Object.keys(given).find(id => !fields.some(({ customId }) => customId === id))
  if (stray) throw new Refused(`The modal has no field ${stray}`)
  const values = new Map(fields.map(({ customId, value }) => [customId, given[customId] ?? value]))
  const wrong = fields.flatMap(field => {
    const text = wrongWith(field, values.get(field.customId))
    return text === undefined ? [] : [[field.customId, text] as const]
  })
  if (wrong.length) throw new RefusedFields(Object.fromEntries(wrong))
  const resolved = new Resolved(world, channel)
  const components = await Promise.all(modal.components.map(each => wire(each, values, resolved)))
  return { custom_id: modal.custom_id, components, ...resolved.payload }
}

async function wire(
  component: Component,
  values: ReadonlyMap<string, ModalValue | undefined>,
  resolved: Resolved,
): Promise<object> {
  const { type, id, custom_id, component: inner, components } = component
  if (inner) return { type, id, component: await wire(inner, values, resolved) }
  if (components)
    return { type, id, components: await Promise.all(components.map(each => wire(each, values, resolved))) }
  const value = values.get(custom_id ?? '')
  return { type, id, ...(custom_id && { custom_id, ...(await wireField(FieldType[type]!, value, resolved)) }) }
}

async function wireField(kind: string, value: ModalValue | undefined, resolved: Resolved): Promise<object> {
  if (kind === 'text') return { value: value ?? '' }
  if (kind === 'checkbox') return { value: value ?? false }
  if (kind === 'radio') return { value: value ?? null }
  if (kind === 'files')
    return { values: await Promise.all(((value ?? []) as readonly FakeFile[]).map(file => resolved.file(file))) }
  const ids = (value ?? []) as readonly string[]
  if (kind === 'users') return { values: ids.map(id => resolved.user(id)) }
  if (kind === 'roles') return { values: ids.map(id => resolved.role(id)) }
  if (kind === 'channels') return { values: ids.map(id => resolved.channel(id)) }
  if (kind === 'mentionables') return { values: ids.map(id => resolved.mentionable(id)) }
  return { values: ids }
}
