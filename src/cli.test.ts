import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from './cli.ts'
import { projectRoot } from './config.ts'

let out = ''
let err = ''

beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('familiar', () => {
  const subcommands = ['start', 'demo', 'doctor', 'slack-app', 'concept', 'model', 'evaluate', 'bench', 'pretrain']

  it('lists its subcommands', async () => {
    expect(await main(['--help'])).toBe(0)
    for (const name of subcommands) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })

  it.each(subcommands)('has help for %s', async name => {
    expect(await main([name, '--help'])).toBe(0)
    expect(out).toContain(`Usage: familiar ${name}`)
    expect(err).toBe('')
  })

  it.each([
    [['--colour'], "unknown option '--colour' (see: familiar --help)"],
    [['pretrian'], "unknown command 'pretrian' (Did you mean pretrain?) (see: familiar --help)"],
    [['bench', '--jsom', 'x'], "unknown option '--jsom' (Did you mean --json?) (see: familiar bench --help)"],
    [
      ['bench', '--only', 'memory'],
      "'--only memory' goes with '--random-weights', and no other part does (see: familiar bench --help)",
    ],
    [['evaluate', 'all'], "unknown command 'all' (see: familiar evaluate --help)"],
    [['evaluate', 'concepts', '--subjects', '0'], 'Expected a whole number from 1 on'],
    [['pretrain', '--minutes', 'some'], 'Expected a number above 0'],
    [['pretrain', 'encoder'], 'Allowed choices are tokenizer, decoder'],
    [['demo', 'Bo'], 'too many arguments'],
    [['model', 'probe', 'folder', '--output', 'out'], "required option '--input <file>' not specified"],
  ])('answers %j with one sentence and exit code 2', async (argv, sentence) => {
    expect(await main(argv)).toBe(2)
    expect(err).toContain(sentence)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(err).toMatch(/^familiar: /)
  })

  it('answers an expected failure with one sentence and exit code 1', async () => {
    vi.stubEnv('DEVICE', 'abacus')
    expect(await main(['bench'])).toBe(1)
    expect(err).toBe('familiar: Expected DEVICE to be auto, cpu, webgpu, cuda, dml or coreml but received "abacus"\n')
  })

  it('counts what a model folder holds', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    expect(await main(['model', 'info', join(projectRoot, 'test', 'golden', 'chameleon-a'), '--json'])).toBe(0)
    const { tensors, parameters, bytes, dtypes, memory } = JSON.parse(print.mock.calls[0]![0])
    expect(tensors).toBeGreaterThan(10)
    expect(dtypes).toEqual(['F32'])
    expect(bytes).toBe(4 * parameters)
    expect(memory).toMatchObject({ device: 'cpu', picked: 'f32' })
    expect(memory.plans.int4.weights).toBeLessThan(memory.plans.f32.weights)
  })

  it('prints a table of the memory that each kind of weights takes, and the one that is picked', async () => {
    vi.stubEnv('DATA_DIR', join(projectRoot, 'test', 'golden'))
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation(line => lines.push(line))
    expect(await main(['model', 'info', join(projectRoot, 'test', 'golden', 'chameleon-a'), '--device', 'cpu'])).toBe(0)
    const table = lines.slice(lines.indexOf('') + 1)
    expect(table.map(line => line.split(/ {2,}/).length)).toEqual([7, 7, 7, 7, 7, 1, 1, 1])
    expect(table[0]).toMatch(/^memory +weights +file pages +a lesson +answering +in all, on cpu +lessons$/)
    expect(table[1]).toMatch(/^f32 \* +\d+ MB +\d+ kB +\d+ MB +\d/)
    expect(table[5]).toMatch(/^\* WEIGHTS=auto picks f32: at least \d+ MB with a lesson, cpu has \d+(\.\d)? GB$/)
    expect(table[7]).toMatch(/^Nothing was run on cpu yet/)
  })

  it('shows the stack of a failure with DEBUG=1', async () => {
    vi.stubEnv('DEVICE', 'abacus')
    vi.stubEnv('DEBUG', '1')
    const print = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(await main(['bench'])).toBe(1)
    expect(print).toHaveBeenCalledWith(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
})
