/**
 * Bad input, to the product as it runs: each gets one clear sentence that says what was expected and what came, and leaves
 * everything as it was. What each part does by itself is tested beside it; here it is what somebody at the page, or
 * whoever starts the bot, gets to read.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Status } from '../../adapters/web/status.ts'
import type { Upload } from '../../adapters/web/testing/page-client.ts'
import type { WireMessage } from '../../adapters/web/wire.ts'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import type { Concept } from '../../engine/engine.ts'
import { writeConcept } from '../../engine/learning/concept-file.ts'
import { projectRoot } from '../../src/config.ts'
import { startFamiliar } from '../../src/familiar.ts'
import { GroupChat, type Member, photosOf, picture, testTimeout, until } from './stage.ts'

vi.setConfig({ testTimeout, hookTimeout: testTimeout })

const model = join(projectRoot, 'models', 'storybook')
let scratch: string
let chat: GroupChat
let you: Member
let an: Member
let photos: Upload[]

/** Runs the command line, and resolves to what it wrote to stderr, once it has failed as expected. */
async function fails(argv: string[], variables: Record<string, string> = {}, dataDir = join(scratch, 'unused')) {
  const child = spawn(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), ...argv], {
    env: { ...process.env, DEVICE: 'cpu', WEB_PORT: '0', DATA_DIR: dataDir, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', data => (said += data))
  const [code] = await once(child, 'close')
  expect([code, said.trimEnd().split('\n').length], said).toEqual([1, 1])
  expect(said).toMatch(/^familiar: Expected /)
  return said.trim()
}

/** Rows that were never learned, in a whole file for the built-in model. */
async function conceptFile(name: string, changes: Partial<Concept> = {}): Promise<string> {
  const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8'))
  const [tokens, width] = [16, config.hidden_size as number]
  const rows = () => Float32Array.from({ length: (1 + 2 * tokens) * width }, (_, index) => Math.sin(index) / 10)
  const scores = { recognition: 0.7, loss: 1 }
  const path = join(scratch, `${name}.safetensors`)
  await writeConcept(path, {
    name,
    kind: 'pet',
    modelFingerprint: await (await openCheckpoint(model)).fingerprint(),
    tokens,
    width,
    embedding: rows(),
    head: rows(),
    description: 'a cream cat',
    threshold: 0.5,
    scores: { start: scores, kept: scores },
    recipe: { steps: 1 },
    ...changes,
  })
  return path
}

const importing = (path: string, ...options: string[]) => ['concept', 'import', path, ...options]

async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.from('damaged!'), 0, 8, size - 64)
  await file.close()
}

/** Everything that is kept, as far as bad input could change it. */
async function kept(): Promise<unknown> {
  const { queue, concepts } = await you.send<Status>('GET', '/api/status?as=you')
  const files = async (folder: string) => (await readdir(join(chat.dataDir, folder)).catch(() => [])).sort()
  const facts = concepts.map(concept => [concept.name, concept.version, concept.facts])
  return { queue, facts, jobs: await files('jobs'), concepts: await files('concepts') }
}

/** Posts, and expects an answer of one sentence after which everything is as it was. */
async function refused(text: string, pictures: readonly Upload[], sentence: string | RegExp, who = an): Promise<void> {
  const before = await kept()
  const answer = await chat.ask(who, text, { pictures })
  expectSentence(answer, sentence)
  expect(await kept()).toEqual(before)
}

function expectSentence({ text, card }: WireMessage, sentence: string | RegExp): void {
  expect(card).toBeUndefined()
  expect(text.split('\n')).toHaveLength(1)
  if (typeof sentence === 'string') expect(text).toBe(sentence)
  else expect(text).toMatch(sentence)
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-bad-'))
  chat = new GroupChat(join(scratch, 'data'))
  // Somebody is known without a lesson.
  execFileSync(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), ...importing(await conceptFile('Mắm'))], {
    env: { ...process.env, DATA_DIR: chat.dataDir },
  })
  await chat.start({ TEACH_SECONDS: '1' })
  you = chat.you
  an = await chat.invite('An')
  photos = await photosOf('Bo')
})
afterAll(async () => {
  await chat?.end()
  await rm(scratch, { recursive: true, force: true })
})

/** The second of a lesson's pictures is another one. */
const lesson = (bytes: Uint8Array, name: string) => [photos[0]!, { name, bytes }, photos[2]!, photos[3]!]

describe('pictures', () => {
  it('that are too few or too many', async () => {
    const six = [...photos, await picture('who-1'), await picture('who-2')]
    await refused('@Familiar teach Bo', photos.slice(0, 2), 'I need 3 to 5 pictures, but got 2.')
    await refused('@Familiar teach Bo', six, 'I need 3 to 5 pictures, but got 6.')
    await refused('@Familiar is Mắm in this?', six, 'Expected 0 to 4 pictures but received 6')
    await chat.command(an, 'teach', { name: 'Bo' })
    for (const count of [2, 6]) {
      const pictures = await an.upload(six.slice(0, count))
      await expect(chat.submit(an, { pictures })).rejects.toThrow(
        `Expected 3 to 5 pictures for “3 to 5 pictures” but received ${count}`,
      )
    }
  })

  it('that are none, damaged, too large, or move', async () => {
    const jpeg = await sharp(photos[1]!.bytes).jpeg().toBuffer()
    const frames = await Promise.all([0, 1].map(index => sharp(photos[index]!.bytes).resize(64).png().toBuffer()))
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const formats = 'a JPEG, PNG, WebP, GIF, TIFF or AVIF picture'
    const cases: [string, Uint8Array, string][] = [
      ['text.png', Buffer.from('I am no picture, whatever I am called.\n'), `${formats} for @ but received text`],
      ['empty.png', Buffer.alloc(0), `${formats} for @ but received an empty file`],
      [
        'cut.jpg',
        jpeg.subarray(0, jpeg.length / 2),
        'a whole JPEG picture for @ but received one that is damaged or cut short',
      ],
      ['huge.png', hugePng(40_000), 'at most 50 megapixels for @ but received 1600 (40000 × 40000)'],
      ['moves.gif', animation, 'a still picture for @ but received an animated GIF of 2 frames'],
    ]
    for (const [name, bytes, sentence] of cases) {
      const inLesson = `Expected ${sentence.replace('@', `photo 2 (${name})`)}`
      await refused('@Familiar teach Bo', lesson(bytes, name), inLesson)
      const alone = `Expected ${sentence.replace('@', name)}`
      await refused('@Familiar is Mắm in this?', [{ name, bytes }], alone)
      await refused('@Familiar who is this?', [{ name, bytes }], alone)
    }
  })

  it('that are copies of one another', async () => {
    const copies = photos.map(({ name }) => ({ name, bytes: photos[0]!.bytes }))
    const sentence = 'Expected 3 to 5 different photos but received copies of one picture as photos 1, 2, 3 and 4'
    await refused('@Familiar teach Bo', copies, sentence)
  })

  it('in other colours, depths and orientations are taken, and turned upright', async () => {
    const wide = (index: number) => sharp(photos[index]!.bytes).resize(320, 240, { fit: 'cover' })
    const pictures = [
      { name: 'cmyk.jpg', bytes: await wide(0).toColourspace('cmyk').jpeg().toBuffer() },
      { name: 'deep.png', bytes: await wide(1).toColourspace('rgb16').png().toBuffer() },
      { name: 'turned.jpg', bytes: await wide(2).withMetadata({ orientation: 6 }).jpeg().toBuffer() },
    ]
    expect(await Promise.all(pictures.map(({ bytes }) => sharp(bytes).metadata()))).toMatchObject([
      { space: 'cmyk' },
      { depth: 'ushort' },
      { orientation: 6 },
    ])
    const before = await kept()
    const card = await chat.ask(an, '@Familiar teach Bo', { pictures })
    expect(card.card).toMatchObject({ title: 'Learning Bo' })
    const [job] = await readdir(join(chat.dataDir, 'jobs'))
    const sizes = await Promise.all(
      [1, 2, 3].map(index => sharp(join(chat.dataDir, 'jobs', job!, `${index}.png`)).metadata()),
    )
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [320, 240],
      [320, 240],
      [240, 320],
    ])
    await chat.press(an, card, 'Cancel')
    await until(async () => JSON.stringify(await kept()) === JSON.stringify(before), 'everything to be as it was', 60)
  })
})

describe('names', () => {
  it('that are empty, too long or mean something else', async () => {
    const before = await kept()
    const cases = [
      ['', 'Expected a name of 1 to 32 characters but received an empty one'],
      ['x'.repeat(200), 'Expected a name of 1 to 32 characters but received 200'],
      ['everyone', 'Expected a name but received "everyone", which means something else here'],
      ['!!!', 'Expected a name with a letter, a number or an emoji but received "!!!"'],
    ]
    for (const [name, sentence] of cases) {
      const pictures = await an.upload(photos)
      expectSentence((await chat.command(an, 'teach', { name: name!, pictures }))!, sentence!)
    }
    await chat.command(an, 'teach')
    await expect(chat.submit(an, { pictures: await an.upload(photos), name: '' })).rejects.toThrow(
      'Expected a text for “Name” but received none',
    )
    expect(await kept()).toEqual(before)
  })

  it('that are taught already: somebody else’s is refused, one’s own is asked about', async () => {
    const before = await kept()
    const taken = 'I already know **Mắm**. Only You, who taught me, or an admin can change that.'
    await refused('@Familiar teach Mắm', photos, taken)
    const question = await chat.ask(you, '@Familiar teach Mắm', { pictures: photos })
    expectSentence(question, /^I already know a \*\*Mắm\*\*, taught by You\. Shall I learn Mắm anew/)
    await chat.tap(you, question, 'Leave it as it is')
    await until(async () => JSON.stringify(await kept()) === JSON.stringify(before), 'everything to be as it was', 60)
  })
})

describe('a concept file', () => {
  it('that is damaged, of another model or something else is not imported', async () => {
    const dataDir = join(scratch, 'import')
    const damaged = await conceptFile('Damaged')
    await damage(damaged)
    expect(await fails(importing(damaged), {}, dataDir)).toContain('one whose digest does not match')
    const short = await conceptFile('Short')
    await truncate(short, 1000)
    expect(await fails(importing(short), {}, dataDir)).toContain(short)
    const foreign = await conceptFile('Foreign', { modelFingerprint: '0123456789abcdef' })
    expect(await fails(importing(foreign), {}, dataDir)).toMatch(
      /Expected the concept "Foreign" to be learned on the model storybook .* teach it again on this one$/,
    )
    expect(await fails(importing(join(model, 'model.safetensors')), {}, dataDir)).toContain('another safetensors file')
    expect(await fails(importing(join(projectRoot, 'README.md')), {}, dataDir)).toContain('README.md')
    expect(await fails(importing(join(scratch, 'nothing')), {}, dataDir)).toContain('nothing')
    expect(await fails(importing(await conceptFile('Lan', { kind: 'person' })), {}, dataDir)).toContain('the consent')
    expect(await readdir(join(dataDir, 'concepts')).catch(() => [])).toEqual([])
    // A bot that runs has its folder for itself.
    const sentence = `Expected the data folder ${chat.dataDir} for itself but another bot is using it`
    expect(await fails(importing(await conceptFile('Miu')), {}, chat.dataDir)).toBe(`familiar: ${sentence}`)
  })

  it('that was damaged while the bot was away costs that concept, and nothing else', async () => {
    await chat.stop()
    execFileSync(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), ...importing(await conceptFile('Miu'))], {
      env: { ...process.env, DATA_DIR: chat.dataDir },
    })
    const [folder] = await readdir(join(chat.dataDir, 'concepts'))
    const files = await readdir(join(chat.dataDir, 'concepts', folder!))
    for (const file of files) {
      const path = join(chat.dataDir, 'concepts', folder!, file)
      if (!(await readFile(path)).includes('"name":"Miu"')) await damage(path)
    }
    await chat.start()
    const before = await kept()
    const sentence = 'What I have learned of Mắm is damaged, so that I cannot read it. Please teach me again.'
    await refused('describe Mắm', [], sentence)
    await refused('draw Mắm and Miu in the snow', [], sentence)
    const answer = await chat.ask(an, 'describe Miu')
    expect(answer.text).not.toBe('')
    expect(await kept()).toEqual(before)
    // Whoever runs it is told once, with the file's path.
    expect(chat.warnings.filter(line => line.includes('a stored concept is left out'))).toHaveLength(1)
    chat.warnings.splice(0)
  })
})

describe('at the start', () => {
  it.each([
    [{ WEB_PORT: 'door' }, 'Expected WEB_PORT to be a port from 0 to 65535 but received "door"'],
    [{ DEVICE: 'abacus' }, 'Expected DEVICE to be auto, cpu, webgpu, cuda, dml or coreml but received "abacus"'],
    [{ RETAIN_PHOTOS: 'perhaps' }, 'Expected RETAIN_PHOTOS to be true or false but received "perhaps"'],
    [{ QUOTA_ASK: 'often' }, 'Expected QUOTA_ASK to be a quota such as 5/day, or none but received "often"'],
    [{ MODEL: '/no/such/folder' }, 'Expected MODEL to be a model folder at /no/such/folder but there is none'],
    [
      { MODEL: 'janus-pro' },
      'Expected MODEL to be a model (storybook, janus-pro-1b, janus-pro-7b, anole-7b), a hub id',
    ],
    [{ BLOCK_LIST: '/no/such/list' }, 'Expected BLOCK_LIST to be a file with a term on each line but'],
  ])('%j is refused', async (variables, sentence) => {
    expect(await fails(['start'], variables as Record<string, string>)).toContain(`familiar: ${sentence}`)
  })

  it('a port that is in use is said, and the folder is let go of', async () => {
    const dataDir = join(scratch, 'port')
    const port = new URL(chat.url).port
    const sentence = `Expected port ${port} on 127.0.0.1 to be free but another program uses it`
    expect(await fails(['start'], { WEB_PORT: port }, dataDir)).toContain(sentence)
    const other = new GroupChat(dataDir)
    await expect(startFamiliar(other.config({ WEB_PORT: port }))).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await other.start()
    await other.stop()
  })

  it('a data folder that another bot has is said', async () => {
    await expect(startFamiliar(chat.config({ WEB_PORT: '0' }))).rejects.toMatchObject({ code: 'DATA_IN_USE' })
    await writeFile(join(scratch, 'file'), '')
    expect(await fails(['start'], {}, join(scratch, 'file'))).toContain('Expected DATA_DIR to be the path of a folder')
    expect((await chat.ask(an, 'describe Miu')).text).not.toBe('')
  })

  it('a model file that is missing or damaged is named, and nothing is left running', async () => {
    const cut = (size: number) => (path: string) => truncate(path, size)
    const cases: [file: string, harm: (path: string) => Promise<void>][] = [
      ['model.safetensors', rm],
      ['model.safetensors', cut(100_000)],
      ['model.safetensors', cut(0)],
      ['config.json', rm],
      ['config.json', cut(100)],
      ['tokenizer.json', rm],
      ['tokenizer.json', cut(1000)],
    ]
    const dataDir = join(scratch, 'model-data')
    for (const [index, [file, harm]] of cases.entries()) {
      const folder = join(scratch, `model-${index}`)
      await cp(model, folder, { recursive: true })
      await harm(join(folder, file))
      const config = new GroupChat(dataDir).config({ MODEL: folder })
      const error = await startFamiliar(config).catch(error => error)
      expect(error.name, `${file}: ${error.stack}`).toBe('FamiliarError')
      expect(error.message).toMatch(/^Expected [^\n]+ but [^\n]+$/)
      expect(error.message).toContain(folder)
    }
    const whole = new GroupChat(dataDir)
    await whole.start()
    await whole.stop()
  })
})

describe('a full disk', () => {
  const size = 24
  const mount = (): string | undefined => {
    const folder = join(scratch, 'disk')
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', folder], { stdio: 'ignore' })
      return folder
    } catch {
      return undefined
    }
  }

  it('is said, and what was there goes on working', async ({ skip }) => {
    await mkdir(join(scratch, 'disk'))
    const folder = mount()
    if (!folder) return skip('no small disk can be made here (mount -t tmpfs, as root)')
    // The database's own words about it.
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const small = new GroupChat(folder)
    const filler = join(folder, 'filler')
    try {
      execFileSync(
        process.execPath,
        [join(projectRoot, 'bin', 'familiar.js'), ...importing(await conceptFile('Mắm'))],
        {
          env: { ...process.env, DATA_DIR: folder },
        },
      )
      await small.start()
      const question = await small.ask(small.you, '@Familiar remember that Mắm likes fish')
      expect(question.text).toContain('I will remember')
      // To the last byte.
      const file = await open(filler, 'w')
      const fill = async () => {
        for (const bytes of [2 ** 20, 4096, 1])
          for (;;) {
            const { bytesWritten } = await file.write(Buffer.alloc(bytes)).catch(() => ({ bytesWritten: 0 }))
            if (bytesWritten < bytes) break
          }
      }
      await fill()
      const full = /^Expected to (?:write .+ but the disk is full|keep this on disk but could not: the disk is full)/
      await expect(small.you.upload([await picture('who-1')])).rejects.toThrow(full)
      // Records may find room that older ones have left.
      let told: string | undefined
      for (let count = 0; count < 40 && !told; count++) {
        const long = `@Familiar remember that Mắm has seen ${'x'.repeat(100)} ${count}`
        told = await small.ask(small.you, long).then(
          ({ text }) => (full.test(text) ? text : undefined),
          error => error.message,
        )
        await fill()
      }
      expect(told).toMatch(full)
      const { concepts } = await small.you.send<Status>('GET', '/api/status?as=you')
      expect(concepts).toHaveLength(1)
      await file.close()
      await rm(filler)
      expect((await small.ask(small.you, 'describe Mắm')).text).not.toBe('')
      await small.restart()
      expect((await small.command(small.you, 'remember'))!.text).toContain('• Mắm likes fish')
    } finally {
      await small.stop()
      execFileSync('umount', ['-l', folder])
      vi.restoreAllMocks()
    }
  })
})

it('nothing of all this went wrong without being said', () => {
  expect(chat.warnings).toEqual([])
})

/** A PNG that says it is so wide and high; its header is whole, and its few pixels are nowhere near enough. */
function hugePng(side: number): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(3 * side + 1))), chunk('IEND')]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  let crc = ~0
  // The polynomial of PNG, bit by bit: there are few bytes, and Node 20's first releases have no `zlib.crc32`.
  for (const byte of body) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(~crc >>> 0, 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}
