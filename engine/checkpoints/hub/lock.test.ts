import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withLock } from './lock.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Counts how many are inside at once. */
function room() {
  const seen = { inside: 0, most: 0, visits: 0 }
  const visit = async () => {
    seen.most = Math.max(seen.most, ++seen.inside)
    seen.visits++
    await sleep(20)
    seen.inside--
  }
  return { seen, visit }
}

describe('withLock', () => {
  it('lets one at a time in, says once that somebody waits, and leaves nothing behind', async () => {
    const path = join(folder, 'new', 'lock')
    const { seen, visit } = room()
    const waiting = vi.fn()
    await Promise.all([1, 2, 3, 4].map(() => withLock(path, visit, { waiting })))
    expect(seen).toEqual({ inside: 0, most: 1, visits: 4 })
    expect(waiting.mock.calls.length).toBeLessThanOrEqual(4)
    expect(waiting).toHaveBeenCalled()
    expect(await readdir(join(folder, 'new'))).toEqual([])
  })

  it('lets go when the work fails', async () => {
    const path = join(folder, 'failing')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(path, async () => 'in')).toBe('in')
  })

  it('ends the wait when it is asked to', async () => {
    const path = join(folder, 'aborted')
    const stop = new AbortController()
    await withLock(path, async () => {
      const second = withLock(path, async () => {}, { signal: stop.signal, waiting: () => stop.abort() })
      await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    })
  })

  it.skipIf(process.platform === 'win32')(
    'takes the place of a process that was killed, which one of several does',
    async () => {
      const path = join(folder, 'stale')
      // A socket without anybody behind it, as kill -9 leaves one.
      await new Promise<void>(resolve => {
        const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
        spawn(process.execPath, ['-e', code]).once('exit', () => resolve())
      })
      expect(await readdir(folder)).toContain('stale')
      const { seen, visit } = room()
      await Promise.all([1, 2, 3].map(() => withLock(path, visit)))
      expect(seen).toEqual({ inside: 0, most: 1, visits: 3 })
    },
  )

  it('works where a path is too long for a socket', async () => {
    const path = join(folder, 'x'.repeat(200))
    const { seen, visit } = room()
    await Promise.all([withLock(path, visit), withLock(path, visit)])
    expect(seen).toMatchObject({ most: 1, visits: 2 })
  })
})
