/** Checks requests against Discord's own description of its API; what it needs of it is compiled when it is first needed. */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { type FieldError, invalid } from '../errors.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: object
}
interface Operation {
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, object>> }
  readonly parameters?: readonly Parameter[]
}
type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] }
interface Description {
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> }
}

/** Where the API is known to take more than its description says. */
function amend({ schemas }: Description['components']): void {
  // The reference says “snowflake or number” for the ids of new attachments.
  schemas.SnowflakeType = { ...schemas.SnowflakeType, type: ['string', 'integer'] }
  // The reference has permissions as strings everywhere.
  for (const name of [
    'ApplicationCommandUpdateRequest',
    'ApplicationCommandCreateRequest',
    'ApplicationCommandPatchRequestPartial',
  ]) {
    const properties = schemas[name]!.properties as Record<string, object>
    properties.default_member_permissions = {
      oneOf: [{ type: 'string', pattern: '^\\d+$' }, properties.default_member_permissions!],
    }
  }
  // The reference has an application's description as a string.
  const form = schemas.ApplicationFormPartial!.properties as Record<string, object>
  form.description = { anyOf: [{ type: 'string', maxLength: 400 }, form.description!] }
}

let description: Description | undefined
const bodies = new Map<string, ValidateFunction | undefined>()
const queries = new Map<string, ValidateFunction>()
const options = {
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
  logger: false,
  // Compiling takes half the time.
  code: { optimize: false },
} as const
const ajv = new Ajv2020(options)
const coercing = new Ajv2020({ ...options, coerceTypes: true })

function operation(method: string, route: string): { at: string; found?: Operation; parameters: readonly Parameter[] } {
  if (!description) {
    const path = new URL('../openapi/openapi.json', import.meta.url)
    description = JSON.parse(readFileSync(path, 'utf8')) as Description
    amend(description.components)
    for (const each of [ajv, coercing]) each.addSchema(description, 'discord')
  }
  const item = description.paths[route]
  const found = item?.[method.toLowerCase()]
  const at = `discord#/paths/${route.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`
  return { at, found, parameters: [...(item?.parameters ?? []), ...(found?.parameters ?? [])] }
}

/** @throws DiscordError 50035 */
export function checkBody(method: string, route: string, body: unknown): void {
  const { at, found } = operation(method, route)
  const key = `${method} ${route}`
  if (!bodies.has(key)) {
    const described = found?.requestBody?.content['application/json']
    const schema = { $ref: `${at}/requestBody/content/application~1json/schema` }
    bodies.set(key, described && ajv.compile(schema))
  }
  const validate = bodies.get(key)
  if (body === undefined) {
    if (found?.requestBody?.required)
      throw invalid({ '': { code: 'BASE_TYPE_REQUIRED', message: 'A body is required' } })
    return
  }
  if (validate && !validate(body)) throw invalid(asFields(validate.errors!))
}

/** @throws DiscordError 50035 */
export function checkQuery(method: string, route: string, query: URLSearchParams): void {
  const key = `${method} ${route}`
  if (!queries.has(key)) {
    const { parameters } = operation(method, route)
    const wanted = parameters.filter(parameter => parameter.in === 'query')
    const root = wanted.map(({ name, schema }) => [name, rebased(schema)])
    const required = wanted.filter(({ required }) => required).map(({ name }) => name)
    const schema = { type: 'object', properties: Object.fromEntries(root), required, additionalProperties: false }
    queries.set(key, coercing.compile(schema))
  }
  const validate = queries.get(key)!
  if (!validate(Object.fromEntries(query))) throw invalid(asFields(validate.errors!))
}

/** What the description has against an answer of the fake's own. */
export function wrongWithAnswer(method: string, route: string, answer: unknown): readonly ErrorObject[] {
  const { at } = operation(method, route)
  const validate = ajv.compile({ $ref: `${at}/responses/200/content/application~1json/schema` })
  return validate(answer) ? [] : validate.errors!
}

/** A schema taken out of the description, with references that find their way back. */
function rebased(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"discord#/'))
}

/** Errors by their field. Of several kinds of a component, that with the right `type` tells what is wrong. */
function asFields(errors: readonly ErrorObject[]): Record<string, FieldError> {
  const telling = errors.filter(
    ({ keyword, instancePath }) => !/^(oneOf|anyOf)$/.test(keyword) && !instancePath.endsWith('/type'),
  )
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  const deepest = Math.max(...telling.map(depth))
  const chosen = telling.length ? telling.filter(error => depth(error) === deepest) : errors
  return Object.fromEntries(
    chosen.map(({ instancePath, keyword, message = '' }) => [
      instancePath.slice(1).replaceAll('/', '.'),
      { code: `OPENAPI_${keyword.toUpperCase()}`, message },
    ]),
  )
}
