import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig, parseEnv, projectRoot } from './config.ts'

describe('parseConfig', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toEqual({
      device: 'auto',
      model: join(projectRoot, 'models', 'storybook'),
      dataDir: join(projectRoot, 'data'),
      logLevel: 'info',
    })
  })

  it('takes what the environment says', () => {
    const config = parseConfig({ DEVICE: 'webgpu', MODEL: tmpdir(), DATA_DIR: '/nowhere/yet', LOG_LEVEL: 'debug' })
    expect(config).toEqual({ device: 'webgpu', model: tmpdir(), dataDir: '/nowhere/yet', logLevel: 'debug' })
  })

  it('treats an empty variable as not set', () => {
    expect(parseConfig({ DEVICE: '', MODEL: ' ' })).toEqual(parseConfig({}))
  })

  it.each([
    [{ DEVICE: 'gpu' }, 'Expected DEVICE to be auto, cpu, webgpu, cuda, dml or coreml but received "gpu"'],
    [{ MODEL: '/no/such' }, 'Expected MODEL to be "storybook" or the path of a model folder but received "/no/such"'],
    [{ DATA_DIR: import.meta.filename }, 'Expected DATA_DIR to be the path of a folder but received "'],
    [
      { LOG_LEVEL: 'loud' },
      'Expected LOG_LEVEL to be trace, debug, info, warn, error, fatal or silent but received "loud"',
    ],
  ])('names the variable, what was expected and what came: %j', (variables, sentence) => {
    expect(() => parseConfig(variables)).toThrow(sentence)
  })
})

describe('parseEnv', () => {
  it('reads names and values, and drops quotes and comments', () => {
    const text = '# a comment\nDEVICE=cpu # here\nexport MODEL = "my model"\nDATA_DIR=\'a#b\'\n\nLOG_LEVEL=\n'
    expect(parseEnv(text)).toEqual({ DEVICE: 'cpu', MODEL: 'my model', DATA_DIR: 'a#b', LOG_LEVEL: '' })
  })
})
