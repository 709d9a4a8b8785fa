import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import KeyvPostgres from '@keyv/postgres'
import { createClient } from '@keyv/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStorage, type Storage } from './storage.ts'
import type { Store } from './store.ts'

const { FAMILIAR_REDIS_URL: redis, FAMILIAR_POSTGRES_URL: postgres } = process.env
if (!redis) console.info('Storage on Redis is left out: set FAMILIAR_REDIS_URL to run it (docs/testing.md)')
if (!postgres) console.info('Storage on PostgreSQL is left out: set FAMILIAR_POSTGRES_URL to run it (docs/testing.md)')

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-storage-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** Namespaces that a careless pattern takes for one another. */
const namespaces = ['test', 'testa', 'tes'] as const

describe.each([
  { kind: 'disk', url: undefined, skip: false },
  { kind: 'redis', url: redis, skip: !redis },
  { kind: 'postgres', url: postgres, skip: !postgres },
] as const)('a store on $kind', ({ kind, url, skip }) => {
  if (skip) return it.skip('is left out')
  let storage: Storage
  let store: Store<unknown>
  const open = () => openStorage({ dataDir: join(scratch, kind), url })

  beforeEach(async () => {
    storage = await open()
    for (const namespace of namespaces) await storage.store(namespace).clear()
    store = storage.store('test')
  })
  afterEach(() => storage.close())

  it('gives back what was put there, also to the next process', async () => {
    const values: Record<string, unknown> = {
      text: 'Mắm 🐈 さくら\n\u0000"\\',
      keyvs: ':base64:AAAA',
      number: 0,
      false: false,
      nothing: null,
      list: [1, [2, { three: '3' }]],
      record: { a: { b: 'c' }, __proto__: null },
      large: 'ắ'.repeat(300_000),
    }
    for (const [key, value] of Object.entries(values)) await store.set(key, value)
    await store.set('text', 'first')
    await store.set('text', values.text)
    await storage.close()
    storage = await open()
    for (const [key, value] of Object.entries(values)) expect(await storage.store('test').get(key)).toEqual(value)
    expect(storage.kind).toBe(kind)
  })

  it('has nothing where nothing was put, and says whether there was something to delete', async () => {
    expect(await store.get('absent')).toBeUndefined()
    expect(await store.delete('absent')).toBe(false)
    await store.set('there', 1)
    expect(await store.delete('there')).toBe(true)
    expect(await store.get('there')).toBeUndefined()
  })

  it('keeps apart keys and namespaces that look alike', async () => {
    const alike = [
      'a',
      'A',
      'a ',
      'test:a',
      'test::a',
      ':a',
      'a:',
      'test:test:a',
      '%',
      '_',
      '*',
      'ắ',
      'ắ'.normalize('NFD'),
    ]
    for (const [index, key] of alike.entries()) await store.set(key, index)
    for (const namespace of ['testa', 'tes']) await storage.store(namespace).set('a', namespace)
    await storage.store('tes').set('ta:a', 'tes')
    for (const [index, key] of alike.entries()) expect(await store.get(key)).toBe(index)
    expect(Object.fromEntries(await store.entries())).toEqual(
      Object.fromEntries(Object.entries(alike).map(([index, key]) => [key, Number(index)])),
    )

    await store.clear()
    expect(await store.entries()).toEqual([])
    expect(await storage.store('testa').entries()).toEqual([['a', 'testa']])
    expect(Object.fromEntries(await storage.store('tes').entries())).toEqual({ a: 'tes', 'ta:a': 'tes' })
  })

  it('lists all entries of many', async () => {
    const keys = Array.from({ length: 1_201 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map(key => store.set(key, key)))
    expect((await store.entries()).map(([key]) => key).sort()).toEqual(keys.sort())
  })

  it('forgets what has expired', async () => {
    await store.set('short', 1, 60)
    await store.set('long', 2, 60_000)
    expect(await store.get('short')).toBe(1)
    await sleep(90)
    expect(await store.entries()).toEqual([['long', 2]])
    expect(await store.get('short')).toBeUndefined()
    // Written again, it stays.
    await store.set('short', 3)
    expect(await store.get('short')).toBe(3)
  })

  it('updates a value without losing another update', async () => {
    const count = storage.store<number>('test')
    await Promise.all(
      Array.from({ length: 50 }, () =>
        storage.store<number>('test').update('count', async n => {
          await sleep(0)
          return (n ?? 0) + 1
        }),
      ),
    )
    expect(await count.get('count')).toBe(50)
    // Another key does not wait.
    let release = () => {}
    const held = count.exclusive('count', () => new Promise<void>(resolve => (release = resolve)))
    expect(await count.update('other', () => 1)).toBe(1)
    release()
    await held
  })

  it('leaves a value as it was when its update fails, and deletes it for nothing', async () => {
    await store.set('value', 1)
    const failing = store.update('value', () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await store.update('value', value => value)).toBe(1)
    expect(await store.update('value', () => undefined)).toBeUndefined()
    expect(await store.entries()).toEqual([])
  })

  it('refuses keys and namespaces that not every store can hold', async () => {
    for (const key of ['', 'ắ'.repeat(100), 'a\0b']) await expect(store.set(key, 1)).rejects.toThrow(TypeError)
    for (const namespace of ['', 'a:b', 'a*', 'A_b']) expect(() => storage.store(namespace)).toThrow(TypeError)
  })

  it('throws when it does not work, rather than having nothing', async () => {
    await store.set('value', 1)
    await storage.close()
    await expect(store.get('value')).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await expect(store.entries()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await expect(store.set('value', 2)).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    await expect(store.delete('value')).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    await expect(store.clear()).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
  })
})

describe('openStorage', () => {
  it.each(['mysql://user:secret@host/db', 'secret'])('refuses %s without repeating it', async url => {
    const error = await openStorage({ dataDir: join(scratch, 'other'), url }).catch(error => error)
    expect(error.code).toBe('BAD_CONFIG')
    expect(error.message).toMatch(/^Expected STORE_URL to be .* but received /)
    expect(error.message).not.toContain('secret')
  })

  it.each(['redis', 'postgres'])('says within seconds that there is no %s server, without the password', async kind => {
    const url = `${kind}://user:secret@127.0.0.1:9/0`
    const error = await openStorage({ dataDir: join(scratch, 'other'), url }).catch(error => error)
    expect(error.code).toBe('STORE_UNREACHABLE')
    expect(error.message).toContain(`Expected a store at ${kind}://127.0.0.1:9 but received: `)
    expect(error.message).not.toContain('secret')
    // It lets go of the folder.
    await (await openStorage({ dataDir: join(scratch, 'other') })).close()
  })

  it('gives a folder to one bot at a time', async () => {
    const dataDir = join(scratch, 'one')
    const storage = await openStorage({ dataDir })
    await expect(openStorage({ dataDir })).rejects.toMatchObject({ code: 'DATA_IN_USE' })
    await storage.close()
    await storage.close()
    // A path too long for a socket is protected, too.
    const long = join(scratch, 'l'.repeat(120))
    const first = await openStorage({ dataDir: long })
    await expect(openStorage({ dataDir: long })).rejects.toMatchObject({ code: 'DATA_IN_USE' })
    await first.close()
  })

  it('says what is wrong with the folder or the database', async () => {
    await writeFile(join(scratch, 'file'), '')
    await expect(openStorage({ dataDir: join(scratch, 'file') })).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    const dataDir = join(scratch, 'damaged')
    await (await openStorage({ dataDir })).close()
    await writeFile(join(dataDir, 'store', 'data.mdb'), 'x'.repeat(10_000))
    await expect(openStorage({ dataDir })).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })
})

/** The server drops every connection; an error that nobody listens to would end this process. */
async function survives(storage: Storage, drop: () => Promise<unknown>): Promise<void> {
  const store = storage.store<number>('test')
  await store.set('value', 1)
  await drop()
  await expect.poll(() => store.get('value').catch(() => undefined), { timeout: 5_000 }).toBe(1)
  await store.set('value', 2)
  expect(await store.get('value')).toBe(2)
  await storage.close()
}

describe('a server that drops its connections', () => {
  it.skipIf(!redis)('is connected to again: Redis', async () => {
    const client = await createClient({ url: redis })
      .on('error', () => {})
      .connect()
    const storage = await openStorage({ dataDir: join(scratch, 'dropped'), url: redis })
    await survives(storage, () => client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']))
    await client.close()
  })

  it.skipIf(!postgres)('is connected to again: PostgreSQL', async () => {
    const storage = await openStorage({ dataDir: join(scratch, 'dropped'), url: postgres })
    // In the same pool: the connection that runs this is one of two, and drops the other while it idles.
    const adapter = new KeyvPostgres({ uri: postgres, table: 'familiar' })
    const sleeping = adapter.query('SELECT pg_sleep(.1)')
    await adapter.query('SELECT 1')
    await sleeping
    const end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND pid <> pg_backend_pid() AND datname = current_database()"
    await survives(storage, async () => expect((await adapter.query(end)).length).toBeGreaterThan(0))
  })
})
