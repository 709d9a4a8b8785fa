/** A model folder's `config.json`, and the sentences about what is wrong in one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { FamiliarError } from '../errors.ts'

export interface ConfigFile {
  readonly path: string
  readonly json: unknown
}

/** @throws FamiliarError `MODEL_NOT_FOUND` when there is none, `BAD_CONFIG` when it is no JSON */
export async function readConfigFile(folder: string): Promise<ConfigFile> {
  const path = join(folder, 'config.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new FamiliarError('MODEL_NOT_FOUND', `Expected a model folder with ${path} but there is no such file`, {
      cause,
    })
  }
  try {
    return { path, json: JSON.parse(text) }
  } catch (cause) {
    throw new FamiliarError('BAD_CONFIG', `Expected JSON in ${path} but received: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/**
 * @param family whose configuration it is, for the message
 * @param source where it was read
 * @throws FamiliarError `BAD_CONFIG` naming the first key that is not as expected
 */
export function parseConfig<T>(schema: z.ZodType<T>, json: unknown, family: string, source: string): T {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0] as z.core.$ZodIssue
  const key = issue.path.join('.') || 'the whole'
  throw new FamiliarError(
    'BAD_CONFIG',
    `Expected a ${family} configuration in ${source} but received ${key}: ${issue.message}`,
  )
}

/** @throws FamiliarError `BAD_CONFIG` unless it divides */
export function requireDivisor(name: string, divisor: number, number: number, source: string): void {
  if (number % divisor === 0) return
  throw new FamiliarError('BAD_CONFIG', `Expected ${name} in ${source} to divide ${number} but received ${divisor}`)
}
