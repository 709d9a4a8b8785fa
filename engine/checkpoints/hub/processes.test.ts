/** Downloads by processes of their own: two at once, and one that is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeHub } from '../../../test/fakes/hub/fake-hub.ts'
import { modelFiles, wantedNames } from '../../../test/fakes/hub/model-files.ts'
import { findSnapshot } from './cache.ts'
import { unfinished } from './fetch-file.ts'
import { hubSettings } from './settings.ts'

const script = fileURLToPath(new URL('../../../test/fakes/hub/download-process.ts', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const weights = 'model.safetensors'

let hub: FakeHub
let cacheFolder: string
beforeEach(async () => {
  hub = await FakeHub.start()
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-cache-'))
})
afterEach(async () => {
  await hub.close()
  await rm(cacheFolder, { recursive: true, force: true })
})

interface Line {
  state: string
  bytes: number
  fetchedBytes?: number
  folder?: string
}

function start(onLine: (line: Line, child: ChildProcess) => void = () => {}): Promise<Line[]> {
  const env = { ...process.env, HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheFolder }
  const child = spawn(process.execPath, ['--import', tsx, script, 'org/model'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Line[] = []
  createInterface({ input: child.stdout! }).on('line', text => {
    lines.push(JSON.parse(text))
    onLine(lines.at(-1)!, child)
  })
  return new Promise(resolve => child.once('close', () => resolve(lines)))
}

const whole = () =>
  findSnapshot(hubSettings({ HF_HUB_CACHE: cacheFolder }), { repository: 'org/model', revision: 'main' })

describe('processes', () => {
  it('that want the same model download it once, all of them together', async () => {
    const files = await modelFiles({ numbers: 400_000 })
    hub.add('org/model', { files })
    hub.bytesPerSecond = 500_000
    const all = await Promise.all([start(), start(), start()])
    const folder = (await whole())!
    for (const lines of all) expect(lines.at(-1)).toMatchObject({ state: 'done', folder })
    const fetched = all.map(lines => lines.at(-1)!.fetchedBytes!)
    expect(fetched.filter(bytes => bytes > 0)).toHaveLength(1)
    expect(all.filter(lines => lines.some(({ state }) => state === 'waiting')).length).toBeGreaterThan(0)
    expect(hub.asked(weights)).toHaveLength(1)
    for (const name of wantedNames(files))
      expect(Buffer.compare(await readFile(join(folder, name)), files[name]!)).toBe(0)
  })

  it('go on after one was killed in the middle', async () => {
    const files = await modelFiles({ numbers: 400_000 })
    hub.add('org/model', { files })
    hub.bytesPerSecond = 1_500_000
    await start(({ bytes }, child) => bytes > 700_000 && child.kill('SIGKILL'))
    expect(await whole()).toBeUndefined()
    const blobs = join(cacheFolder, 'models--org--model', 'blobs')
    const left = (await readdir(blobs)).find(name => name.endsWith(unfinished))!
    const { size } = await stat(join(blobs, left))
    expect(size).toBeGreaterThan(500_000)
    expect(size).toBeLessThan(files[weights]!.length)
    const last = (await start()).at(-1)!
    expect(last).toMatchObject({ state: 'done', fetchedBytes: files[weights]!.length - size })
    expect(await whole()).toBe(last.folder)
  })
})
