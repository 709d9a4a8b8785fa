import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStorage } from './storage.ts'
import { fileBytes, writer } from './writer-process.ts'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-disk-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

function startWriter(mode: string, dataDir: string): ChildProcess {
  return spawn(process.execPath, ['--import', tsx, writer, mode, dataDir], { stdio: ['ignore', 'pipe', 'ignore'] })
}

describe('a process that is killed', () => {
  it('has written what it was told is written', async () => {
    const dataDir = join(scratch, 'acknowledged')
    const [, signal] = await once(startWriter('acknowledged', dataDir), 'close')
    expect(signal).toBe('SIGKILL')
    const storage = await openStorage({ dataDir })
    const entries = await storage.store<number>('acknowledged').entries()
    expect(Object.fromEntries(entries)).toEqual({ first: 1, second: 2, third: 3 })
    expect(String(await storage.files.read('acknowledged/file'))).toBe('whole')
    await storage.close()
  })

  it('leaves no record and no file in part, wherever it was', async () => {
    const dataDir = join(scratch, 'killed')
    let [begun, ended] = [0, 0]
    for (const milliseconds of [0, 2, 5]) {
      const child = startWriter('rounds', dataDir)
      const closed = once(child, 'close')
      createInterface({ input: child.stdout! }).on('line', line => {
        const [what, n] = line.split(' ')
        if (what === 'begin') begun = Number(n)
        else ended = Number(n)
      })
      const rounds = begun + 3
      await expect.poll(() => begun, { interval: 1, timeout: 10_000 }).toBeGreaterThan(rounds)
      await sleep(milliseconds)
      child.kill('SIGKILL')
      await closed

      const storage = await openStorage({ dataDir })
      const store = storage.store<number>('rounds')
      // What was begun and not told of may be there or not.
      expect([ended, begun]).toContain(await store.get('last'))
      expect([ended, begun]).toContain(Math.max((await store.get('key-0'))!, (await store.get('key-1'))!))
      const bytes = await storage.files.read('rounds/file')
      expect([ended, begun].some(n => fileBytes(n).equals(bytes!))).toBe(true)
      await storage.close()
    }
  })
})

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  it('is told in one sentence, leaves what was there and does not end the process', async () => {
    const dataDir = join(scratch, 'full')
    // No file may grow beyond 512 blocks of 1 KB, which the system tells like a full disk.
    const command = `ulimit -f 512 && exec "${process.execPath}" --import "${tsx}" "${writer}" full "${dataDir}"`
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    child.stdout.on('data', data => (output += data))
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({
      messages: [
        'CANNOT_WRITE: Expected to write the file kept but the disk is full',
        expect.stringMatching(/^CANNOT_WRITE: Expected to write a record but the disk is full( or damaged)?$/),
        expect.stringMatching(/^CANNOT_WRITE: Expected to write a record but the disk is full( or damaged)?$/),
      ],
      kept: ['old', 'old'],
      names: ['kept'],
    })
    const storage = await openStorage({ dataDir })
    expect(await storage.store('rounds').get('after')).toBe('room for a small one')
    await storage.close()
  })
})
