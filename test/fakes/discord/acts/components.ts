/** From a button or menu of a message to the data of an interaction. */
import { allComponents } from '../state/mentions.ts'
import type { Component, Message } from '../state/model.ts'
import type { World } from '../state/world.ts'
import { Refused } from '../types.ts'
import { FieldType } from '../view/modal.ts'
import { Resolved } from './resolved.ts'

/** A button by its label or custom id, or values of the menu with this custom id. */
export type Use = { readonly button: string } | { readonly menu: string; readonly values: readonly string[] }

/** @throws Refused where the message has no such thing, or it is disabled, or takes no such values */
export function componentData(world: World, { components, channel }: Message, use: Use): object {
  const wanted = ({ type, label, custom_id }: Component) =>
    'button' in use
      ? type === 2 && (label === use.button || custom_id === use.button)
      : type !== 2 && custom_id === use.menu
  const found = allComponents(components).find(wanted)
  const named = 'button' in use ? use.button : use.menu
  if (!found?.custom_id) throw new Refused(`The message has no “${named}” to be used`)
  if (found.disabled) throw new Refused(`“${named}” is disabled`)
  const { type: component_type, custom_id, id } = found
  if ('button' in use) return { component_type, custom_id, id }
  const resolved = new Resolved(world, channel)
  return { component_type, custom_id, id, values: chosen(found, use.values, resolved), ...resolved.payload }
}

function chosen(menu: Component, values: readonly string[], resolved: Resolved): readonly string[] {
  const { min_values: min, max_values: max, options } = menu
  if (values.length < (min ?? 1) || values.length > (max ?? 1)) throw new Refused(`It takes no ${values.length} values`)
  const stray = options && values.find(value => !options.some(option => option.value === value))
  if (stray !== undefined) throw new Refused(`“${stray}” is not among the options`)
  const kind = FieldType[menu.type]
  if (kind === 'users') return values.map(id => resolved.user(id))
  if (kind === 'roles') return values.map(id => resolved.role(id))
  if (kind === 'channels') return values.map(id => resolved.channel(id))
  return kind === 'mentionables' ? values.map(id => resolved.mentionable(id)) : values
}
