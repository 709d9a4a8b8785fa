import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createAsks } from './asks.ts'

/** Work that ends when it is told to. */
function held() {
  const order: string[] = []
  const ends: (() => void)[] = []
  const work = (name: string) => () =>
    new Promise<string>(resolve => {
      order.push(name)
      ends.push(() => resolve(name))
    })
  /** Ends what runs, one after the other, until nothing runs any more. */
  const finish = async () => {
    while (ends.length > 0) {
      ends.shift()!()
      await new Promise(resolve => setTimeout(resolve, 0))
    }
  }
  return { order, work, finish }
}

describe('asks', () => {
  it('run one at a time, and answer with what the work gives', async () => {
    const asks = createAsks()
    const { order, work, finish } = held()
    const answers = Promise.all([asks.run('anna', work('A1')), asks.run('bình', work('B1'))])
    expect(order).toEqual(['A1'])
    expect(asks.waiting).toBe(1)
    await finish()
    expect(order).toEqual(['A1', 'B1'])
    expect(await answers).toEqual(['A1', 'B1'])
    expect(asks.waiting).toBe(0)
    await expect(asks.run('anna', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(
      asks.run('anna', () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    expect(await asks.run('anna', async () => 1)).toBe(1)
  })

  it('take persons in turn, so that a flood delays nobody else', async () => {
    const asks = createAsks()
    const { order, work, finish } = held()
    for (const name of ['A1', 'A2', 'A3', 'A4']) void asks.run('anna', work(name))
    void asks.run('bình', work('B1'))
    void asks.run('chi', work('C1'))
    void asks.run('bình', work('B2'))
    await finish()
    expect(order).toEqual(['A1', 'B1', 'C1', 'A2', 'B2', 'A3', 'A4'])
  })

  it('let nobody wait for more than one of each other person, however many they ask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }), async persons => {
        const asks = createAsks()
        const { order, work, finish } = held()
        for (const person of persons) void asks.run(person, work(person))
        const before = new Set(persons).size
        void asks.run('new', work('new'))
        await finish()
        expect(order).toHaveLength(persons.length + 1)
        expect(order.indexOf('new')).toBeLessThanOrEqual(before)
      }),
      { numRuns: 40 },
    )
  })

  it('tell the position whenever it changes', async () => {
    const asks = createAsks()
    const { work, finish } = held()
    const told: string[] = []
    const ask = (person: string, name: string) =>
      void asks.run(person, work(name), undefined, position => told.push(`${name} ${position}`))
    ask('anna', 'A1')
    ask('anna', 'A2')
    ask('anna', 'A3')
    ask('bình', 'B1')
    expect(told).toEqual(['A2 1', 'A3 2', 'B1 1', 'A2 2', 'A3 3'])
    told.length = 0
    await finish()
    expect(told).toEqual(['A2 1', 'A3 2', 'A3 1'])
  })

  it('survive a listener that throws', async () => {
    const asks = createAsks()
    const { order, work, finish } = held()
    void asks.run('anna', work('A1'))
    void asks.run('anna', work('A2'), undefined, () => {
      throw new Error('listener')
    })
    await finish()
    expect(order).toEqual(['A1', 'A2'])
  })

  it('can be cancelled while they wait, and hear of it while they run', async () => {
    const asks = createAsks()
    const { order, work, finish } = held()
    const [running, waiting] = [new AbortController(), new AbortController()]
    const heard = vi.fn()
    const first = asks.run(
      'anna',
      signal => {
        signal.addEventListener('abort', heard)
        return work('A1')()
      },
      running.signal,
    )
    const second = asks.run('anna', work('A2'), waiting.signal)
    waiting.abort()
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(asks.waiting).toBe(0)
    running.abort()
    expect(heard).toHaveBeenCalledOnce()
    await finish()
    expect(await first).toBe('A1')
    expect(order).toEqual(['A1'])
    await expect(asks.run('anna', work('A3'), waiting.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('run as many at a time as they may', async () => {
    const asks = createAsks({ concurrency: 2 })
    const { order, work, finish } = held()
    for (const name of ['A1', 'A2', 'A3']) void asks.run('anna', work(name))
    expect(order).toEqual(['A1', 'A2'])
    await finish()
    expect(order).toHaveLength(3)
  })

  it('end when they are closed', async () => {
    const asks = createAsks()
    const { order, work, finish } = held()
    const first = asks.run('anna', work('A1'))
    const second = asks.run('anna', work('A2'))
    let closed = false
    const closing = asks.close().then(() => (closed = true))
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(closed).toBe(false)
    await finish()
    expect(await first).toBe('A1')
    await closing
    await expect(asks.run('anna', work('A3'))).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(order).toEqual(['A1'])
    await asks.close()
  })
})
