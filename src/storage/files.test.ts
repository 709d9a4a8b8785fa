import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Files, safeName } from './files.ts'

let files: Files
beforeAll(async () => {
  files = new Files(await mkdtemp(join(tmpdir(), 'familiar-files-')))
})
afterAll(() => rm(files.folder, { recursive: true }))

describe('files', () => {
  it('are written, replaced, listed, moved and removed', async () => {
    expect(await files.read('a/b/c.png')).toBeUndefined()
    expect(await files.list('a/b')).toEqual([])
    await files.write('a/b/c.png', Buffer.from('one'))
    await files.write('a/b/c.png', Buffer.from('two'))
    await files.write('a/b/a.png', Buffer.from('three'))
    expect(String(await files.read('a/b/c.png'))).toBe('two')
    expect(await files.list('a/b')).toEqual(['a.png', 'c.png'])

    expect(await files.move('a/b', 'd/e')).toBe(true)
    expect(await files.move('a/b', 'd/f')).toBe(false)
    expect(await files.list('d/e')).toEqual(['a.png', 'c.png'])
    await files.remove('d/e/a.png')
    await files.remove('d')
    await files.remove('d')
    expect(await files.list('d')).toEqual([])
  })

  it('can be read by this account only', async () => {
    await files.write('private/file', Buffer.from('x'))
    if (process.platform === 'win32') return
    expect((await stat(files.path('private'))).mode & 0o077).toBe(0)
    expect((await stat(files.path('private/file'))).mode & 0o077).toBe(0)
  })

  it('never lie outside of their folder', () => {
    for (const path of ['..', 'a/../b', '/a', 'a//b', '', 'a/.', 'a\\b', 'a\0', 'a/ắ'])
      expect(() => files.path(path)).toThrow(TypeError)
  })

  it('that cannot be written are refused in one sentence and leave nothing behind', async () => {
    await writeFile(files.path('file'), 'not a folder')
    await expect(files.write('file/inside', Buffer.from('x'))).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: expect.stringMatching(/^Expected to write the file inside but /),
    })
    // A folder stands where the file is to be, which shows at the last moment.
    await mkdir(files.path('taken/name'), { recursive: true })
    await expect(files.write('taken/name', Buffer.from('x'))).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    expect(await readdir(files.path('taken'))).toEqual(['name'])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'say when the account may not write',
    async () => {
      await mkdir(files.path('closed'))
      await chmod(files.path('closed'), 0o500)
      await expect(files.write('closed/file', Buffer.from('x'))).rejects.toMatchObject({
        message: 'Expected to write the file file but this account may not write there',
      })
    },
  )
})

describe('safeName', () => {
  it('makes of any text a name that every file system takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const name = safeName(text)
        expect(name).toMatch(/^([a-z0-9][a-z0-9-]*-)?[0-9a-f]{32}$/)
        expect(name.length).toBeLessThanOrEqual(57)
        expect(() => files.path(name)).not.toThrow()
      }),
    )
  })

  it('gives no two texts one name', () => {
    const alike = [
      'web:local',
      'web-local',
      'WEB:LOCAL',
      'web:local ',
      'web/local',
      '',
      '.',
      '..',
      'CON',
      'ắ',
      'ắ'.normalize('NFD'),
    ]
    const tenants = [...alike, ...alike.map(text => `slack:${text}`)]
    expect(new Set(tenants.map(safeName)).size).toBe(tenants.length)
    expect(safeName('web:local')).toMatch(/^web-local-/)
  })
})
