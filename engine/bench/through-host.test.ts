import { expect, it } from 'vitest'
import { startEngineHost } from '../host/client.ts'
import { folders } from '../host/fake-engine.ts'
import { measureHost } from './through-host.ts'

const engineModule = new URL('../host/fake-engine.ts', import.meta.url).href

it('measures an engine in its own process', async () => {
  const notes: string[] = []
  let pid: number | undefined
  const figures = await measureHost(
    { modelFolder: folders.whole, device: 'cpu' },
    new AbortController().signal,
    what => notes.push(what),
    async options => {
      const host = await startEngineHost(options, { engineModule })
      pid = host.pid
      return host
    },
  )
  const { memory, ...times } = figures
  for (const [name, time] of Object.entries(times)) expect(time, name).toBeGreaterThanOrEqual(0)
  expect(figures.firstAnswerSeconds).toBeGreaterThan(figures.startSeconds)
  // The fake's lesson is 20 steps of 10 ms, its answers 5 ms a word.
  expect(figures.teachSeconds).toBeGreaterThan(0.18)
  expect(figures.textSeconds).toBeGreaterThan(0.02)
  if (process.platform === 'linux') expect(memory!.engineMegabytes).toBeGreaterThan(20)
  expect(notes).toEqual(['teaching from 4 pictures', 'asking'])
  // It is closed.
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
})
