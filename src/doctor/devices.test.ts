import { expect, it } from 'vitest'
import { judgeDevice } from './devices.ts'

it('judgeDevice takes a broken GPU for a note and a broken CPU for a problem', () => {
  const broken = { usable: false, reason: 'no driver' }
  expect(judgeDevice({ device: 'webgpu', ...broken }).status).toBe('note')
  expect(judgeDevice({ device: 'cpu', ...broken }).status).toBe('problem')
})
