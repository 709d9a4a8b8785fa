import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from './image.ts'
import { checkPhotos, readPhoto, samePhotos } from './photos.ts'

/** A picture with smooth shading and a bright square, so that every format has something to lose. */
function picture(width = 96, height = 64, at = 10): RgbImage {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x >= at && x < at + 24 && y >= 20 && y < 44
      data.set(inside ? [240, 200, 40] : [x * 2, y * 3, 120], (y * width + x) * 3)
    }
  return { width, height, data }
}

const open = ({ width, height, data }: RgbImage) => sharp(data, { raw: { width, height, channels: 3 } })

/** A plain colour as a file, to see what becomes of it. */
const plain = (background: string | { r: number; g: number; b: number; alpha: number }, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 32, height: 32, channels, background } })

const pixel = (image: RgbImage, x: number, y: number) => [
  ...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3),
]

function expectNear(received: number[], expected: number[], within: number) {
  for (const [index, value] of expected.entries())
    expect(Math.abs(received[index]! - value)).toBeLessThanOrEqual(within)
}

describe('readPhoto', () => {
  const files: Record<string, () => Promise<Buffer>> = {
    JPEG: () => open(picture()).jpeg({ quality: 95 }).toBuffer(),
    PNG: () => open(picture()).png().toBuffer(),
    WebP: () => open(picture()).webp({ quality: 95 }).toBuffer(),
    GIF: () => open(picture()).gif().toBuffer(),
    TIFF: () => open(picture()).tiff({ compression: 'lzw' }).toBuffer(),
    AVIF: () => open(picture()).avif({ quality: 90, effort: 0 }).toBuffer(),
  }

  it.each(Object.keys(files))('reads %s whatever its name says', async format => {
    const image = await readPhoto(await files[format]!(), 'photo.txt')
    expect([image.width, image.height, image.data.length]).toEqual([96, 64, 96 * 64 * 3])
    expectNear(pixel(image, 20, 30), [240, 200, 40], 16)
    expectNear(pixel(image, 80, 10), [160, 30, 120], 16)
  })

  it.each(Object.keys(files))('refuses a %s that is cut short', async format => {
    const whole = await files[format]!()
    for (const share of [0.4, 0.9]) {
      await expect(readPhoto(whole.subarray(0, Math.floor(whole.length * share)), 'mam')).rejects.toMatchObject({
        code: 'BAD_PHOTO',
        message: `Expected a whole ${format} picture for mam but received one that is damaged or cut short`,
      })
    }
  })

  it('turns a picture upright and drops its metadata', async () => {
    const turned = await open(picture()).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    const image = await readPhoto(turned)
    expect([image.width, image.height]).toEqual([64, 96])
    // Orientation 6: what is stored at the left belongs at the top, and the stored top at the right.
    expectNear(pixel(image, 64 - 30, 20), [240, 200, 40], 16)
  })

  it('puts what is transparent on white', async () => {
    const half = await plain({ r: 0, g: 0, b: 200, alpha: 0.5 }, 4).png().toBuffer()
    expectNear(pixel(await readPhoto(half), 5, 5), [127, 127, 227], 2)
    const clear = await plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).webp().toBuffer()
    expectNear(pixel(await readPhoto(clear), 5, 5), [255, 255, 255], 1)
  })

  it('converts grey, 16-bit, CMYK and wide-gamut colours to 8-bit sRGB', async () => {
    const grey = await plain('#808080').toColourspace('b-w').png().toBuffer()
    expect((await sharp(grey).metadata()).channels).toBe(1)
    expectNear(pixel(await readPhoto(grey), 3, 3), [128, 128, 128], 1)

    const deep = await plain('#c83214').toColourspace('rgb16').png().toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    expectNear(pixel(await readPhoto(deep), 3, 3), [200, 50, 20], 1)

    const greyAlpha16 = await plain({ r: 0, g: 0, b: 0, alpha: 0.5 }, 4).toColourspace('grey16').png().toBuffer()
    expectNear(pixel(await readPhoto(greyAlpha16), 3, 3), [128, 128, 128], 2)

    const cmyk = await plain('#c83214').toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    expectNear(pixel(await readPhoto(cmyk), 3, 3), [200, 50, 20], 30)

    const wide = await plain('#c83214').withIccProfile('p3').png().toBuffer()
    expect([...(await sharp(wide, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3)]).not.toEqual([200, 50, 20])
    expectNear(pixel(await readPhoto(wide), 3, 3), [200, 50, 20], 3)
  })

  it('scales a large photo down to 1024 pixels on the longer side and leaves a small one alone', async () => {
    const large = await readPhoto(await open(picture(2048, 512)).jpeg().toBuffer())
    expect([large.width, large.height]).toEqual([1024, 256])
    expectNear(pixel(await readPhoto(await open(picture()).png().toBuffer()), 95, 63), [190, 189, 120], 0)
  })

  it('refuses animations', async () => {
    const frames = { raw: { width: 32, height: 96, channels: 3 as const, pageHeight: 32 } }
    const animated = sharp(picture(32, 96).data, frames)
    for (const [format, file] of [
      ['GIF', await animated.clone().gif().toBuffer()],
      ['WebP', await animated.clone().webp().toBuffer()],
    ] as const)
      await expect(readPhoto(file, 'party')).rejects.toMatchObject({
        code: 'BAD_PHOTO',
        message: `Expected a still picture for party but received an animated ${format} of 3 frames`,
      })
  })

  it('refuses 40,000 × 40,000 pixels without decoding them', async () => {
    const start = performance.now()
    await expect(readPhoto(pngOfSize(40_000, 40_000), 'bomb.png')).rejects.toMatchObject({
      code: 'BAD_PHOTO',
      message: 'Expected at most 50 megapixels for bomb.png but received 1600 (40000 × 40000)',
    })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('refuses a speck', async () => {
    await expect(readPhoto(await open(picture(8, 64)).png().toBuffer())).rejects.toThrow(
      'Expected at least 16 × 16 pixels for the photo but received 8 × 64',
    )
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'an empty file'],
    ['text', Buffer.from('Mắm is asleep on the sofa.\n'.repeat(60)), 'text'],
    ['text whose 512th byte is inside a letter', Buffer.from(`BMW ${'ắ'.repeat(300)}`), 'text'],
    ['a drawing', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'an SVG drawing'],
    ['a page', Buffer.from('<!DOCTYPE html><html></html>'), 'a web page'],
    ['a document', Buffer.from('%PDF-1.7\n'), 'a PDF document'],
    ['an archive', Buffer.from('PK\x03\x04rest'), 'a ZIP archive'],
    ['a bitmap', Buffer.from('BM\x36\x0c\0\0\0\0\0\0\x36\0\0\0'), 'a BMP image'],
    ['a telephone photo', fileType('heic', 'mif1'), 'a HEIC image'],
    ['a film', fileType('isom', 'mp42'), 'a video'],
    ['noise', Buffer.from([1, 2, 3, 254, 253, 0, 0, 9]), 'unknown data'],
  ])('refuses %s named .png', async (_, bytes, received) => {
    await expect(readPhoto(bytes, 'cat.png')).rejects.toMatchObject({
      code: 'BAD_PHOTO',
      message: `Expected a JPEG, PNG, WebP, GIF, TIFF or AVIF picture for cat.png but received ${received}`,
    })
  })

  it.each(['ffd8ff', '89504e470d0a1a0a', '474946383961', '49492a00', '524946460400000057454250'])(
    'refuses a bare signature %s',
    async hex => {
      await expect(readPhoto(Buffer.from(hex, 'hex'))).rejects.toMatchObject({ code: 'BAD_PHOTO' })
    },
  )
})

describe('samePhotos', () => {
  it('finds copies in other sizes and compressions, and nothing else', async () => {
    const original = picture(192, 128)
    const recompressed = await readPhoto(await open(original).jpeg({ quality: 50 }).toBuffer())
    const smaller = await readPhoto(await open(original).resize(100).webp().toBuffer())
    const moved = picture(192, 128, 40)
    expect(await samePhotos([original, moved, recompressed, smaller])).toEqual([[0, 2, 3]])
    const mirrored = await open(original).flop().raw().toBuffer()
    expect(await samePhotos([original, moved, { ...original, data: mirrored }])).toEqual([])
    expect(await samePhotos([picture(100, 100), picture(100, 50)])).toEqual([])
  })
})

describe('checkPhotos', () => {
  const different = [0, 12, 24, 36, 48, 60].map(at => picture(96, 64, at))

  it('takes 3 to 5 different photos', async () => {
    for (const count of [3, 4, 5]) await expect(checkPhotos(different.slice(0, count))).resolves.toBeUndefined()
    for (const count of [0, 2, 6])
      await expect(checkPhotos(different.slice(0, count))).rejects.toMatchObject({
        code: 'BAD_LESSON',
        message: `Expected 3 to 5 photos but received ${count}`,
      })
  })

  it('refuses copies and names them', async () => {
    const [a, b] = different as [RgbImage, RgbImage]
    await expect(checkPhotos([a, a, a, a])).rejects.toMatchObject({
      code: 'BAD_LESSON',
      message: 'Expected 3 to 5 different photos but received copies of one picture as photos 1, 2, 3 and 4',
    })
    await expect(checkPhotos([a, b, picture(96, 64, 60), b, a])).rejects.toThrow(
      'copies of one picture as photos 1 and 5, and of photos 2 and 4',
    )
  })
})

/** A valid head of a PNG that claims a size, with a few of its rows. */
function pngOfSize(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((width * 3 + 1) * 4))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  const check = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** The CRC of PNG (ISO/IEC 15948, annex D); zlib has one only from Node 22.2 on. */
function crc32(bytes: Buffer): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

function fileType(major: string, compatible: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from(`ftyp${major}\0\0\0\0${compatible}`), Buffer.alloc(40)])
}
