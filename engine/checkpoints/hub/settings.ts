/**
 * What the environment says about the Hugging Face hub and its cache, in the variables that every program of theirs reads.
 *
 * Source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { FamiliarError } from '../../errors.ts'

export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string
  /** Absolute path: `HF_HUB_CACHE`, or `hub` in `HF_HOME`. */
  readonly cacheFolder: string
  /** Sent to the endpoint and to nobody else. */
  readonly token?: string
  /** No request is made. */
  readonly offline: boolean
  /** Whether files of the cache may be symbolic links. */
  readonly links: boolean
}

const hub = 'https://huggingface.co'

/** @throws FamiliarError `BAD_CONFIG` when HF_ENDPOINT is no address */
export function hubSettings(variables: Record<string, string | undefined> = process.env): HubSettings {
  const value = (name: string) => variables[name]?.trim() || undefined
  const path = (name: string) => {
    const given = value(name)
    return given?.startsWith('~') ? join(homedir(), given.slice(1)) : given
  }
  const isTrue = (name: string) => /^(1|true|yes|on)$/i.test(value(name) ?? '')

  const home = path('HF_HOME') ?? join(path('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface')
  const endpoint = (value('HF_ENDPOINT') ?? hub).replace(/\/+$/, '')
  if (!/^https?:$/.test(protocolOf(endpoint)))
    throw new FamiliarError('BAD_CONFIG', `Expected HF_ENDPOINT to be an http address but received "${endpoint}"`)
  return {
    endpoint,
    cacheFolder: resolve(path('HF_HUB_CACHE') ?? path('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub')),
    token:
      value('HF_TOKEN') ?? (endpoint === hub ? storedToken(path('HF_TOKEN_PATH') ?? join(home, 'token')) : undefined),
    offline: isTrue('HF_HUB_OFFLINE') || isTrue('TRANSFORMERS_OFFLINE'),
    links: !isTrue('HF_HUB_DISABLE_SYMLINKS'),
  }
}

function protocolOf(address: string): string {
  try {
    return new URL(address).protocol
  } catch {
    return ''
  }
}

/** What `hf auth login` has left. It was meant for the hub itself: a mirror gets only what HF_TOKEN says. */
function storedToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
