import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createQuotas, defaultQuotas, type QuotaLimits } from './quotas.ts'
import { openStorage, type Storage } from './storage/storage.ts'

const tenant = 'web:local'
const limits: QuotaLimits = {
  teach: { person: [2, 'day'], tenant: [3, 'day'] },
  ask: { person: [2, 'minute'] },
}

afterEach(() => vi.useRealTimers())

describe('quotas', () => {
  it('count for each person, and say what is left and when there is more', async () => {
    const quotas = await createQuotas(undefined, limits)
    expect(await quotas.take('teach', tenant, 'anna')).toEqual({ allowed: true, left: 1, retrySeconds: 0 })
    expect(await quotas.take('teach', tenant, 'anna')).toEqual({ allowed: true, left: 0, retrySeconds: 0 })
    const refused = await quotas.take('teach', tenant, 'anna')
    expect(refused).toMatchObject({ allowed: false, left: 0, usedUp: 'person' })
    expect(refused.retrySeconds).toBeGreaterThan(86_390)
    expect(refused.retrySeconds).toBeLessThanOrEqual(86_400)
    expect(await quotas.left(tenant, 'anna')).toEqual({ teach: 0, ask: 2, draw: Number.POSITIVE_INFINITY })
    // Of three for all, one is left.
    expect(await quotas.left(tenant, 'bình')).toEqual({ teach: 1, ask: 2, draw: Number.POSITIVE_INFINITY })
    expect(await quotas.left('web:2', 'anna')).toMatchObject({ teach: 2 })
  })

  it('count for all of a tenant, and nothing for what was refused', async () => {
    const quotas = await createQuotas(undefined, limits)
    for (const person of ['anna', 'anna', 'bình']) await quotas.take('teach', tenant, person)
    for (let time = 0; time < 3; time++)
      expect(await quotas.take('teach', tenant, 'chi')).toMatchObject({ allowed: false, usedUp: 'tenant' })
    await quotas.giveBack('teach', tenant, 'anna')
    expect(await quotas.left(tenant, 'chi')).toMatchObject({ teach: 1 })
    expect(await quotas.take('teach', tenant, 'chi')).toMatchObject({ allowed: true, left: 0 })
    expect(await quotas.left(tenant, 'bình')).toMatchObject({ teach: 0 })
  })

  it('give back what was taken, and never more', async () => {
    const quotas = await createQuotas(undefined, limits)
    await quotas.giveBack('teach', tenant, 'anna')
    expect(await quotas.left(tenant, 'anna')).toMatchObject({ teach: 2 })
    await quotas.take('teach', tenant, 'anna')
    await quotas.giveBack('teach', tenant, 'anna')
    await quotas.giveBack('teach', tenant, 'anna')
    expect(await quotas.left(tenant, 'anna')).toMatchObject({ teach: 2 })
    expect(await quotas.take('teach', tenant, 'anna')).toMatchObject({ left: 1 })
  })

  it('let through no more than they say when many come at once', async () => {
    const quotas = await createQuotas(undefined, limits)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => quotas.take('teach', tenant, `${n}`)))
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3)
  })

  it('begin anew when their time is over', async () => {
    vi.useFakeTimers()
    const quotas = await createQuotas(undefined, limits)
    await quotas.take('ask', tenant, 'anna')
    await vi.advanceTimersByTimeAsync(40_000)
    await quotas.take('ask', tenant, 'anna')
    expect(await quotas.take('ask', tenant, 'anna')).toMatchObject({ allowed: false, retrySeconds: 20 })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await quotas.take('ask', tenant, 'anna')).toMatchObject({ allowed: true, left: 1 })
  })

  it('take nobody for somebody else', async () => {
    const quotas = await createQuotas(undefined, { ask: { person: [1, 'day'] } })
    const people = [
      ['web:a', 'b:c'],
      ['web:a:b', 'c'],
      ['WEB:A', 'b:c'],
      ['web:a', 'B:C'],
      ['web:a', ''],
      ['', 'web:a'],
    ] as const
    for (const [where, who] of people) expect((await quotas.take('ask', where, who)).allowed).toBe(true)
    for (const [where, who] of people) expect((await quotas.take('ask', where, who)).allowed).toBe(false)
  })

  it('are there without being set', async () => {
    const quotas = await createQuotas()
    expect(await quotas.left(tenant, 'anna')).toEqual({
      teach: defaultQuotas.teach!.person![0],
      ask: defaultQuotas.ask!.person![0],
      draw: defaultQuotas.draw!.person![0],
    })
  })

  it('can be nothing at all', async () => {
    const quotas = await createQuotas(undefined, { draw: { person: [0, 'day'] } })
    expect(await quotas.take('draw', tenant, 'anna')).toEqual({
      allowed: false,
      left: 0,
      retrySeconds: Number.POSITIVE_INFINITY,
      usedUp: 'person',
    })
  })
})

describe('quotas in a store', () => {
  let dataDir: string
  let storage: Storage
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'familiar-quotas-'))
    storage = await openStorage({ dataDir })
  })
  afterEach(async () => {
    await storage.close()
    await rm(dataDir, { recursive: true })
  })

  it('outlive a restart, as long as they last', async () => {
    let quotas = await createQuotas(storage, limits)
    for (let time = 0; time < 2; time++) await quotas.take('teach', tenant, 'anna')
    await quotas.take('ask', tenant, 'anna')
    await quotas.giveBack('teach', tenant, 'anna')
    await storage.close()
    storage = await openStorage({ dataDir })
    quotas = await createQuotas(storage, limits)
    expect(await quotas.left(tenant, 'anna')).toMatchObject({ teach: 1, ask: 1 })
    expect(await quotas.left(tenant, 'bình')).toMatchObject({ teach: 2, ask: 2 })

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    quotas = await createQuotas(storage, limits)
    expect(await quotas.left(tenant, 'anna')).toMatchObject({ teach: 1, ask: 2 })
    // What has expired is gone from the store, too.
    expect(await storage.store('quotas').entries()).toHaveLength(2)
  })

  it('refuse nobody because a count cannot be kept', async () => {
    const quotas = await createQuotas(storage, limits)
    vi.spyOn(storage.store('quotas'), 'set').mockRejectedValue(new Error('full'))
    expect(await quotas.take('teach', tenant, 'anna')).toMatchObject({ allowed: true, left: 1 })
  })
})
