/** The argument that names a model, of several commands. */
import { type ModelSource, resolveModel } from '../../../engine/models/resolve.ts'

export const modelArgument = [
  '[model]',
  'a registered name, a hub id (owner/name) or a folder (default: MODEL)',
] as const

/** What the argument names or, without one, `MODEL`. @throws FamiliarError as `resolveModel` does */
export function namedModel(argument: string | undefined, variables: Record<string, string | undefined>): ModelSource {
  return resolveModel(argument || variables.MODEL?.trim() || 'storybook')
}
