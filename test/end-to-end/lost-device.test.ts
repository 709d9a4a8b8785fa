/** A device that is lost under the whole bot: who asked is told, the log says so, and the page what is computed on since. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Status } from '../../adapters/web/status.ts'
import { parseConfig } from '../../src/config.ts'
import { type Familiar, startFamiliar } from '../../src/familiar.ts'
import { Member, patience, until } from './stage.ts'

/** Says that it has lost its device whenever it is asked to, and gives webgpu up after two losses. */
const engineModule = new URL('../../engine/host/fake-engine.ts', import.meta.url).href
const warnings: { msg: string; device?: string; reason?: string }[] = []
let dataDir: string
let familiar: Familiar
let you: Member

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-lost-'))
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line)) })
  familiar = await startFamiliar(parseConfig({ DATA_DIR: dataDir, WEB_PORT: '0' }), log, { engineModule })
  you = new Member(familiar.page, 'you', 'You')
  await you.connect()
}, patience * 1000)
afterAll(async () => {
  you?.disconnect()
  await familiar?.close()
  await rm(dataDir, { recursive: true, force: true })
})

const said = () => you.in(you.direct).filter(({ from }) => from === 'bot')
const status = () => you.send<Status>('GET', '/api/status?as=you')

it('is told, logged and shown', { timeout: 4 * patience * 1000 }, async () => {
  expect((await status()).device).toEqual({ name: 'webgpu', reason: 'lost: ' })
  await you.post(you.direct, { text: 'lose' })
  const lost = 'Expected webgpu to go on computing but its device was lost'
  await until(() => said().find(({ text }) => text === lost), 'the loss to be told')
  await you.post(you.direct, { text: 'hello' })
  await until(() => said().find(({ text }) => text === 'hello'), 'an answer on what is left')
  expect((await status()).device).toEqual({ name: 'cpu', reason: 'lost: webgpu,webgpu' })
  const [loss, next] = ['a device was lost', 'the engine goes on after a lost device']
  const heard = warnings.filter(({ msg }) => msg === loss || msg === next)
  expect(heard.map(({ msg, device, reason }) => ({ msg, device, reason }))).toEqual([
    { msg: loss, device: 'webgpu', reason: lost },
    { msg: next, device: 'webgpu', reason: 'lost: webgpu' },
    { msg: loss, device: 'webgpu', reason: lost },
    { msg: next, device: 'cpu', reason: 'lost: webgpu,webgpu' },
  ])
})
