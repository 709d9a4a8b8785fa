import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openSafetensors } from '../../../engine/checkpoints/safetensors.ts'
import { main } from '../../cli.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url))

let scratch: string
let err: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-probe-'))
  vi.stubEnv('DEVICE', 'cpu')
  err = ''
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(scratch, { recursive: true })
})

it.each([
  ['chameleon-b', 'input', ['grad_rows', 'image_codes', 'logits', 'loss', 'pixels']],
  ['janus-b', 'input', ['grad_rows', 'image_codes', 'logits', 'loss', 'pixels', 'vision']],
  ['janus-b', 'drawing', ['grad_rows', 'logits', 'loss']],
])('familiar model probe runs %s on its %s', async (name, given, names) => {
  const output = join(scratch, 'out.safetensors')
  const input = join(golden(name), `${given}.safetensors`)
  expect(await main(['model', 'probe', golden(name), '--input', input, '--output', output])).toBe(0)
  expect(err).toBe('')
  expect([...(await openSafetensors(output)).tensors.keys()].sort()).toEqual(names)
})

it('says in a sentence that it does not know an architecture', async () => {
  await writeFile(join(scratch, 'config.json'), '{"model_type": "llava"}')
  const input = join(golden('janus-b'), 'input.safetensors')
  expect(await main(['model', 'probe', scratch, '--input', input, '--output', join(scratch, 'out')])).toBe(1)
  expect(err).toMatch(/^familiar: Expected .* \(model_type chameleon, anole, janus\) but received "llava"\n$/)
})
