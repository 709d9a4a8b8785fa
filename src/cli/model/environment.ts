/** The settings of the hub's programs, as `.env` and the environment have them; the other settings may be wrong or missing. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, projectRoot } from '../../config.ts'

export function environment(): Record<string, string | undefined> {
  const file = join(projectRoot, '.env')
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  return { ...written, ...process.env }
}
