import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../src/config.ts'

interface LockEntry {
  version?: string
  resolved?: string
  optionalDependencies?: Record<string, string>
}

const read = (name: string) => JSON.parse(readFileSync(join(projectRoot, name), 'utf8'))
const locked: Record<string, LockEntry> = read('package-lock.json').packages
const manifest = read('package.json')

describe('package-lock.json', () => {
  it('holds no download addresses, so that any registry serves it', () => {
    expect(Object.keys(locked).filter(path => locked[path]!.resolved)).toEqual([])
  })

  it('lists the binaries of every platform, without which npm ci refuses the whole file', () => {
    const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        name => !locked[`node_modules/${name}`] && !locked[`${path}/node_modules/${name}`],
      ),
    )
    expect(missing).toEqual([])
  })

  it('fits the exact versions of package.json', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
      expect(locked[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })
})
