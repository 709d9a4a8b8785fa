/** The settings of the hub's programs, as `.env` and the environment have them; the other settings may be wrong or missing. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultDataDir, parseEnv, projectRoot } from '../../config.ts'

export function environment(): Record<string, string | undefined> {
  const file = join(projectRoot, '.env')
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  return { ...written, ...process.env }
}

/** Where everything is kept, as `parseConfig` reads it. */
export const dataDirOf = ({ DATA_DIR }: Record<string, string | undefined>): string =>
  DATA_DIR?.trim() ? resolve(DATA_DIR) : defaultDataDir
