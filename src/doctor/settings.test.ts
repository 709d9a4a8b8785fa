import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createWebAdapter } from '../../adapters/web/adapter.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { checkBlockList, checkPage, checkStore } from './settings.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-doctor-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function listening(): Promise<number> {
  const server: Server = createServer((_, response) => response.end('<title>Something else</title>'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return (server.address() as AddressInfo).port
}

describe("the page's address", () => {
  const host = '127.0.0.1'

  it('is free', async () => {
    const port = await listening()
    await ends.pop()!()
    expect(await checkPage({ host, port })).toEqual({
      name: 'page',
      status: 'ok',
      found: `http://${host}:${port} is free`,
    })
  })

  it('is whatever is free', async () => {
    expect(await checkPage({ host, port: 0 })).toMatchObject({ status: 'ok' })
  })

  it('is where Familiar is running already', async () => {
    const folder = await temporaryFolder()
    const page = createWebAdapter({ port: 0, store: memoryStore(), folder, commands: () => [] })
    ends.unshift(() => page.close())
    await page.start({} as never)
    const port = Number(new URL(page.url).port)
    expect(await checkPage({ host, port })).toEqual({
      name: 'page',
      status: 'ok',
      found: `Familiar is running at http://${host}:${port}`,
    })
  })

  it('is taken by somebody else', async () => {
    const port = await listening()
    expect(await checkPage({ host, port })).toEqual({
      name: 'page',
      status: 'problem',
      found: `another program is at http://${host}:${port}`,
      advice: 'end it, or set WEB_PORT to another port',
    })
  })

  it('is not of this machine', async () => {
    expect(await checkPage({ host: '192.0.2.1', port: 4747 })).toMatchObject({
      status: 'problem',
      found: 'http://192.0.2.1:4747 cannot be opened (EADDRNOTAVAIL)',
    })
  })
})

describe('the block list', () => {
  it('is counted', async () => {
    const path = join(await temporaryFolder(), 'list')
    await writeFile(path, '# ours\nclown\n\nwizard\n')
    expect(await checkBlockList(path)).toEqual({ name: 'block list', status: 'ok', found: `2 terms in ${path}` })
  })

  it('that cannot be read is a problem', async () => {
    expect(await checkBlockList('/no/such')).toMatchObject({
      status: 'problem',
      found: 'Expected BLOCK_LIST to be a file with a term on each line but /no/such gave ENOENT',
    })
  })
})

describe('the store', () => {
  it.each(['redis', 'postgres'])('that is away is a problem, and its password is not said: %s', async protocol => {
    const port = await listening()
    await ends.pop()!()
    const check = await checkStore(`${protocol}://me:secret@127.0.0.1:${port}/0`)
    expect(check).toMatchObject({
      name: 'store',
      status: 'problem',
      found: expect.stringContaining(`Expected a store at ${protocol}://127.0.0.1:${port} but received`),
      advice: 'start the server, or correct STORE_URL',
    })
    expect(JSON.stringify(check)).not.toContain('secret')
  })

  it('that its client cannot read is a problem, too', async () => {
    expect(await checkStore('redis://me:secret@127.0.0.1/familiar')).toEqual({
      name: 'store',
      status: 'problem',
      found: 'Expected STORE_URL to be redis://host:port/number but received another form',
      advice: 'start the server, or correct STORE_URL',
    })
  })

  it.skipIf(!process.env.FAMILIAR_REDIS_URL)('that answers is in order', async () => {
    expect(await checkStore(process.env.FAMILIAR_REDIS_URL!)).toMatchObject({ status: 'ok' })
  })
})
