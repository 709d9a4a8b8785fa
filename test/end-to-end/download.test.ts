/**
 * `familiar start` with a model of the hub, as somebody runs it: the licence first, then the download, then the bot, and from
 * then on without the hub. The model is a small random Chameleon checkpoint, opened by the real engine.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectRoot } from '../../src/config.ts'
import { FakeHub } from '../fakes/hub/fake-hub.ts'
import { modelFiles } from '../fakes/hub/model-files.ts'
import { testTimeout, until } from './stage.ts'

vi.setConfig({ testTimeout, hookTimeout: testTimeout })

const golden = join(projectRoot, 'test', 'golden', 'chameleon-a')
const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
let hub: FakeHub
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-e2e-'))
  hub = await FakeHub.start()
  const files = await Promise.all(names.map(async name => [name, await readFile(join(golden, name))] as const))
  const card = { license: 'other', license_name: 'house-rules', license_link: 'https://example.org/rules' }
  hub.add('org/small', { files: Object.fromEntries(files), card })
  hub.add('org/llama', { files: await modelFiles({ modelType: 'llama' }) })
})
afterAll(async () => {
  await hub.close()
  await rm(scratch, { recursive: true, force: true })
})

interface Run {
  readonly child: ChildProcess
  out: string
  err: string
  readonly ended: Promise<number>
}

function start(argv: readonly string[] = [], variables: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), 'start', ...argv], {
    env: {
      ...process.env,
      DEVICE: 'cpu',
      WEB_PORT: '0',
      DATA_DIR: join(scratch, 'data'),
      HF_HUB_CACHE: join(scratch, 'hub'),
      HF_ENDPOINT: hub.url,
      MODEL: 'org/small',
      ACCEPT_LICENSE: '',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run: Run = { child, out: '', err: '', ended: once(child, 'close').then(([code]) => code) }
  child.stdout?.on('data', data => (run.out += data))
  child.stderr?.on('data', data => (run.err += data))
  return run
}

/** Until it says that it is there; then it is ended in order. */
async function runs(run: Run, weights = 'f32'): Promise<void> {
  await until(
    () => run.out.includes('Stop with Ctrl-C') || run.child.exitCode !== null,
    'a start',
    undefined,
    () => run.err,
  )
  expect(run.out, run.err).toContain('Familiar is here: http://127.0.0.1:')
  expect(run.out).toContain(`Model org/small on cpu, ${weights} weights (`)
  run.child.kill('SIGINT')
  expect(await run.ended).toBe(0)
}

describe('familiar start with a model of the hub', () => {
  it('downloads nothing before the licence is accepted', async () => {
    const run = start()
    expect(await run.ended).toBe(1)
    expect(run.err.trimEnd().split('\n')).toEqual([
      'org/small is under the licence "house-rules".',
      'Read it here: https://example.org/rules',
      expect.stringMatching(
        /^familiar: Expected the licence of org\/small to be accepted .* ACCEPT_LICENSE=org\/small/,
      ),
    ])
    expect(hub.asked('config.json', 'hub')).toEqual([])
  })

  it('goes on with a download that broke off, opens the model, and needs the hub no more', async () => {
    for (let tries = 0; tries < 2; tries++) hub.fail('model.safetensors', { breakAfter: 400_000 })
    // More than the 5 s between two lines where there is no terminal.
    hub.bytesPerSecond = 150_000
    const first = start([], { ACCEPT_LICENSE: 'org/small' })
    await runs(first)
    expect(first.err).toMatch(/^org\/small \d+\/1074 {2}kB, \d+ kB\/s, \d+ s left$/m)
    expect(first.err).toMatch(/^comparing org\/small with its checksums 1074\/1074 {2}kB$/m)
    expect(hub.faultsLeft).toBe(0)
    expect(hub.asked('model.safetensors').map(({ range }) => range !== undefined)).toEqual([false, true, true])

    const asked = hub.requests.length
    await runs(start(['--model', 'org/small'], { MODEL: 'storybook', WEIGHTS: 'int4' }), 'int4')
    expect(hub.requests).toHaveLength(asked)
  })

  it.each([
    [
      'org/llama',
      /to have one of the architectures that are supported \(model_type chameleon, .*\) but received "llama"$/,
    ],
    [
      'janus-pro-1',
      /^familiar: Expected MODEL to be a model \(.*\), a hub id .* but received "janus-pro-1": did you mean janus-pro-1b\?$/,
    ],
    ['org/none', /^familiar: Expected access to org\/none but .* if it is the right name/],
  ])('answers MODEL=%s with one sentence', async (model, sentence) => {
    const run = start(['--model', model, '--accept-license'])
    expect(await run.ended).toBe(1)
    expect(run.err.trimEnd().split('\n').at(-1)).toMatch(sentence)
    expect(await readdir(join(scratch, 'hub'))).not.toContain('models--org--none')
  })
})
