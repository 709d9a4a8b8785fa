import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig, parseEnv, projectRoot } from './config.ts'
import { defaultQuotas } from './quotas.ts'

describe('parseConfig', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toEqual({
      device: 'auto',
      model: expect.objectContaining({ name: 'storybook', folder: join(projectRoot, 'models', 'storybook') }),
      weights: { kind: 'auto', cacheFolder: expect.stringMatching(/familiar$/) },
      hub: expect.objectContaining({ endpoint: 'https://huggingface.co', offline: false }),
      dataDir: join(projectRoot, 'data'),
      logLevel: 'info',
      storeUrl: undefined,
      web: { host: '127.0.0.1', port: 4747 },
      teachRoles: [],
      exemptRoles: [],
      retainPhotos: false,
      lessons: { length: 'standard', sources: { galleryFolder: join(projectRoot, 'data', 'galleries') } },
      blockList: undefined,
      graceDays: 7,
      drawingDays: 30,
      quotas: defaultQuotas,
      pictureHosts: [],
    })
  })

  it('takes what the environment says', () => {
    const config = parseConfig({
      DEVICE: 'webgpu',
      MODEL: tmpdir(),
      DATA_DIR: '/nowhere/yet',
      LOG_LEVEL: 'debug',
      WEB_PORT: '0',
      TEACH_ROLES: 'Keepers, 42 ,',
      RETAIN_PHOTOS: 'true',
      LESSON: 'paper',
      TEACH_SECONDS: '3600',
      QUOTA_TEACH: '2/week',
      QUOTA_ASK: 'none',
    })
    expect(config).toMatchObject({
      device: 'webgpu',
      model: { folder: tmpdir() },
      dataDir: '/nowhere/yet',
      logLevel: 'debug',
    })
    expect(config).toMatchObject({ web: { port: 0 }, teachRoles: ['Keepers', '42'], retainPhotos: true })
    expect(config.lessons).toMatchObject({
      length: 'paper',
      seconds: 3600,
      sources: { galleryFolder: '/nowhere/yet/galleries' },
    })
    expect(config.quotas.teach?.person).toEqual([2, 'week'])
    expect(config.quotas.ask).toEqual({ person: undefined, tenant: [600, 'hour'] })
  })

  it('names a teacher, whose key may be left out', () => {
    const named = { TEACHER_URL: 'http://127.0.0.1:8000/v1', TEACHER_MODEL: 'a-model' }
    const teacher = { url: named.TEACHER_URL, model: 'a-model' }
    expect(parseConfig(named).lessons.sources.teacher).toEqual(teacher)
    expect(parseConfig({ ...named, TEACHER_API_KEY: ' key ' }).lessons.sources.teacher).toEqual({
      ...teacher,
      key: 'key',
    })
  })

  it.each([
    ['janus-pro-1b', { name: 'janus-pro-1b', hub: { repository: 'deepseek-community/Janus-Pro-1B' } }],
    ['org/name', { name: 'org/name', hub: { repository: 'org/name', revision: 'main' } }],
  ])('takes %s for a model of the hub', (MODEL, model) => {
    expect(parseConfig({ MODEL }).model).toMatchObject(model)
  })

  it('treats an empty variable as not set', () => {
    expect(parseConfig({ DEVICE: '', MODEL: ' ' })).toEqual(parseConfig({}))
  })

  it.each([
    [{ DEVICE: 'gpu' }, 'Expected DEVICE to be auto, cpu, webgpu, cuda, dml or coreml but received "gpu"'],
    [{ MODEL: '/no/such' }, 'Expected MODEL to be a model folder at /no/such but there is none'],
    [{ MODEL: 'janus-pro-1' }, 'but received "janus-pro-1": did you mean janus-pro-1b?'],
    [{ WEIGHTS: 'int2' }, 'Expected WEIGHTS to be auto, f32, f16, int8 or int4 but received "int2"'],
    [{ HF_ENDPOINT: 'mirror' }, 'Expected HF_ENDPOINT to be an http address but received "mirror"'],
    [{ DATA_DIR: import.meta.filename }, 'Expected DATA_DIR to be the path of a folder but received "'],
    [
      { LOG_LEVEL: 'loud' },
      'Expected LOG_LEVEL to be trace, debug, info, warn, error, fatal or silent but received "loud"',
    ],
    [{ WEB_PORT: '99999' }, 'Expected WEB_PORT to be a port from 0 to 65535 but received "99999"'],
    [{ QUOTA_DRAW: '5 a day' }, 'Expected QUOTA_DRAW to be a quota such as 5/day, or none but received "5 a day"'],
    [
      { STORE_URL: 'mysql://me:secret@x' },
      'to be a URL that begins with redis: or postgres: but received something else',
    ],
    [{ LESSON: 'long' }, 'Expected LESSON to be quick, standard or paper but received "long"'],
    [
      { GALLERY_DIR: '/no/such' },
      'Expected GALLERY_DIR to be the path of a folder of pictures but received "/no/such"',
    ],
    [
      { TEACHER_URL: 'ftp://me:secret@x' },
      'Expected TEACHER_URL to be a URL that begins with http: or https: but received something else',
    ],
    [{ TEACHER_URL: 'https://x/v1' }, 'Expected TEACHER_MODEL to name a model beside TEACHER_URL but received nothing'],
    [{ TEACHER_MODEL: 'm' }, 'Expected TEACHER_URL to be a URL beside TEACHER_MODEL but received nothing'],
    [{ TEACH_SECONDS: '0' }, 'Expected TEACH_SECONDS to be a number of seconds from 1 but received "0"'],
    [{ RETAIN_PHOTOS: 'yes' }, 'Expected RETAIN_PHOTOS to be true or false but received "yes"'],
  ])('names the variable, what was expected and what came: %j', (variables, sentence) => {
    expect(() => parseConfig(variables)).toThrow(sentence)
  })
})

describe('parseEnv', () => {
  it('reads names and values, and drops quotes and comments', () => {
    expect(parseEnv('A=\nB=1\r\nC= \n')).toEqual({ A: '', B: '1', C: '' })
    const text = '# a comment\nDEVICE=cpu # here\nexport MODEL = "my model"\nDATA_DIR=\'a#b\'\n\nLOG_LEVEL=\n'
    expect(parseEnv(text)).toEqual({ DEVICE: 'cpu', MODEL: 'my model', DATA_DIR: 'a#b', LOG_LEVEL: '' })
  })
})
