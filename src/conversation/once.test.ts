import { expect, it } from 'vitest'
import { MemoryLog, MemoryShelf } from '../../test/fakes/memory-house.ts'
import { Once } from './once.ts'

/** Whether work was done. */
async function first(once: Once, ...id: string[]): Promise<boolean> {
  let done = false
  await once.run(id, async () => {
    done = true
  })
  return done
}

it('is once, for each kind of thing in each tenant, also after a restart', async () => {
  const shelf = new MemoryShelf()
  const log = new MemoryLog()
  const once = new Once(shelf.store('handled'), log)
  expect(await first(once, 'a', 'message', '1')).toBe(true)
  expect(await first(once, 'a', 'message', '1')).toBe(false)
  expect(await first(once, 'a', 'press', '1')).toBe(true)
  expect(await first(once, 'b', 'message', '1')).toBe(true)
  expect(await first(once, 'a', 'message1', '')).toBe(true)
  const later = new Once(shelf.store('handled'), log)
  expect(await first(later, 'a', 'message', '1')).toBe(false)
  const both = [first(later, 'a', 'message', '2'), first(later, 'a', 'message', '2')]
  expect(await Promise.all(both)).toEqual([true, false])
})

it('does again what a process was killed over, and not what failed', async () => {
  const shelf = new MemoryShelf()
  const killed = new Once(shelf.store('handled'), new MemoryLog())
  void killed.run(['a', 'message', '1'], () => new Promise(() => {}))
  const failing = killed.run(['a', 'message', '2'], () => Promise.reject(new Error('failed')))
  await expect(failing).rejects.toThrow('failed')
  expect(await first(killed, 'a', 'message', '1')).toBe(false)
  const later = new Once(shelf.store('handled'), new MemoryLog())
  expect(await first(later, 'a', 'message', '1')).toBe(true)
  expect(await first(later, 'a', 'message', '2')).toBe(false)
})

it('answers all the same when nothing can be noted', async () => {
  const shelf = new MemoryShelf()
  const log = new MemoryLog()
  shelf.fail('handled', true)
  const once = new Once(shelf.store('handled'), log)
  expect(await first(once, 'a', 'message', '1')).toBe(true)
  expect(await first(once, 'a', 'message', '1')).toBe(false)
  expect(log.lines).toHaveLength(1)
})

it('remembers a bounded number of ids by itself, and the rest by its store', async () => {
  const shelf = new MemoryShelf()
  const once = new Once(shelf.store('handled'), new MemoryLog())
  for (let id = 0; id < 5010; id++) await first(once, 'a', 'message', String(id))
  expect(await first(once, 'a', 'message', '0')).toBe(false)
  expect(await first(once, 'a', 'message', '5009')).toBe(false)
})
