import { expect, it } from 'vitest'
import { Garbage } from './garbage.ts'

it('collects before a run when 134 MB were left behind since the last time', () => {
  let collections = 0
  const garbage = new Garbage(() => collections++)
  garbage.beforeRun()
  for (let run = 0; run < 5; run++) {
    garbage.left(60e6)
    garbage.beforeRun()
  }
  expect(collections).toBe(1)
  garbage.left(150e6)
  garbage.beforeRun()
  garbage.beforeRun()
  expect(collections).toBe(2)
})
