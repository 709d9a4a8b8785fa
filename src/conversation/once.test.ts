import { expect, it } from 'vitest'
import { MemoryLog, MemoryShelf } from '../../test/fakes/memory-house.ts'
import { Once } from './once.ts'

it('is once, for each kind of thing in each tenant, also after a restart', async () => {
  const shelf = new MemoryShelf()
  const log = new MemoryLog()
  const once = new Once(shelf.store('handled'), log)
  expect(await once.first('a', 'message', '1')).toBe(true)
  expect(await once.first('a', 'message', '1')).toBe(false)
  expect(await once.first('a', 'press', '1')).toBe(true)
  expect(await once.first('b', 'message', '1')).toBe(true)
  expect(await once.first('a', 'message1', '')).toBe(true)
  const later = new Once(shelf.store('handled'), log)
  expect(await later.first('a', 'message', '1')).toBe(false)
  expect(await Promise.all([later.first('a', 'message', '2'), later.first('a', 'message', '2')])).toEqual([true, false])
})

it('answers all the same when nothing can be noted', async () => {
  const shelf = new MemoryShelf()
  const log = new MemoryLog()
  shelf.fail('handled', true)
  const once = new Once(shelf.store('handled'), log)
  expect(await once.first('a', 'message', '1')).toBe(true)
  expect(await once.first('a', 'message', '1')).toBe(false)
  expect(log.lines).toHaveLength(1)
})

it('remembers a bounded number of ids by itself, and the rest by its store', async () => {
  const shelf = new MemoryShelf()
  const once = new Once(shelf.store('handled'), new MemoryLog())
  for (let id = 0; id < 5010; id++) await once.first('a', 'message', String(id))
  expect(await once.first('a', 'message', '0')).toBe(false)
  expect(await once.first('a', 'message', '5009')).toBe(false)
})
