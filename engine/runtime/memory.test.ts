import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { peakMemory } from './memory.ts'

const module = new URL('./memory.ts', import.meta.url).href
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** What a process of its own says that it has taken when it has filled so many bytes, and let go of them. */
function peakOf(bytes: number): number {
  const code = `
    import { peakMemory } from '${module}'
    let block = Buffer.alloc(${bytes}, 1)
    block = undefined
    globalThis.gc()
    console.log(peakMemory())`
  const flags = ['--expose-gc', '--import', tsx, '--input-type=module', '--eval', code]
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

it('is the most that was ever there, and not of the process that started this one', { timeout: 240_000 }, () => {
  const filled = 400e6
  const here = Buffer.alloc(filled, 1)
  expect(peakMemory()).toBeGreaterThan(here.length)
  const small = peakOf(0)
  expect(small).toBeGreaterThan(20e6)
  expect(peakOf(filled) - small).toBeGreaterThan(0.9 * filled)
  if (process.platform === 'linux') expect(small).toBeLessThan(filled)
})
