/**
 * The way in for pictures from outside: bytes of any kind become an upright sRGB picture without metadata, or one
 * sentence says why not. This file knows nothing of models.
 */
import sharp, { type Metadata } from 'sharp'
import { FamiliarError } from './errors.ts'
import type { RgbImage } from './image.ts'
import { sniffFormat } from './photo-format.ts'

/** 50 megapixels: beyond any telephone's usual picture, and 150 MB once decoded. */
const maximumPixels = 50_000_000
/** Fewer pixels on a side than this show no subject. */
const minimumSide = 16
/** A picture's longer side after reading: more than any supported model sees, and a crop of it still suffices. */
const maximumSide = 1024

/**
 * Reads a JPEG, PNG, WebP, GIF, TIFF or AVIF picture, told by its content: turned upright, in sRGB, over white where it
 * is transparent, scaled down to 1024 pixels on the longer side. Metadata (place, camera) is dropped.
 *
 * @param name how a message calls the picture, such as its file name
 * @throws FamiliarError `BAD_PHOTO`: another format, damaged or cut short, animated, too large or too small
 */
export async function readPhoto(bytes: Uint8Array, name = 'the photo'): Promise<RgbImage> {
  const bad = (expected: string, received: string, cause?: unknown) =>
    new FamiliarError('BAD_PHOTO', `Expected ${expected} for ${name} but received ${received}`, { cause })

  const sniffed = sniffFormat(bytes)
  if ('other' in sniffed) throw bad('a JPEG, PNG, WebP, GIF, TIFF or AVIF picture', sniffed.other)
  const { format } = sniffed
  const damaged = (cause: unknown) => bad(`a whole ${format} picture`, 'one that is damaged or cut short', cause)

  // The size is checked here, with a sentence of its own; the decoder's limit stays as a second wall.
  const metadata = await readMetadata(bytes).catch(cause => {
    throw damaged(cause)
  })
  const { width, height, pages = 1 } = metadata
  if (width * height > maximumPixels)
    throw bad(
      `at most ${maximumPixels / 1e6} megapixels`,
      `${((width * height) / 1e6).toFixed()} (${width} × ${height})`,
    )
  if (Math.min(width, height) < minimumSide)
    throw bad(`at least ${minimumSide} × ${minimumSide} pixels`, `${width} × ${height}`)
  // Pages of a TIFF are a photo's smaller versions, not an animation.
  if (pages > 1 && format !== 'TIFF') throw bad('a still picture', `an animated ${format} of ${pages} frames`)

  try {
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: maximumPixels })
      .autoOrient()
      .resize({ width: maximumSide, height: maximumSide, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion to sRGB`)
    // sharp's buffer may be part of a larger one; a picture owns its bytes.
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  } catch (cause) {
    throw damaged(cause)
  }
}

function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  return sharp(bytes, { limitInputPixels: false }).metadata()
}

/**
 * Checks that a lesson's photos are 3 to 5 different ones: copies teach nothing, and a copy among the held-out pictures
 * would flatter the scores.
 *
 * @throws FamiliarError `BAD_LESSON`
 */
export async function checkPhotos(photos: readonly RgbImage[]): Promise<void> {
  if (photos.length < 3 || photos.length > 5)
    throw new FamiliarError('BAD_LESSON', `Expected 3 to 5 photos but received ${photos.length}`)
  const groups = await samePhotos(photos)
  if (groups.length === 0) return
  const copies = groups.map(group => `photos ${listed(group.map(index => index + 1))}`).join(', and of ')
  throw new FamiliarError(
    'BAD_LESSON',
    `Expected 3 to 5 different photos but received copies of one picture as ${copies}`,
  )
}

function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}

/**
 * Finds the pictures that are copies of one another: the same bytes, or the same picture in another size or compression.
 * Two shots of a burst, or two drawings that differ in a pose, are different.
 *
 * @returns groups of two or more indices, each ascending
 */
export async function samePhotos(images: readonly RgbImage[]): Promise<number[][]> {
  const signatures = await Promise.all(images.map(toSignature))
  const groups: number[][] = []
  for (const [index, signature] of signatures.entries()) {
    const group = groups.find(([first]) => isCopy(signatures[first!]!, signature))
    if (group) group.push(index)
    else groups.push([index])
  }
  return groups.filter(group => group.length > 1)
}

interface Signature {
  readonly aspect: number
  /** A picture shrunk to `signatureSide` squared, RGB. */
  readonly cells: Uint8Array
}

const signatureSide = 24
/**
 * Mean and largest difference of two cells, of 255, within which two pictures are one. Measured on drawings: copies at
 * JPEG quality 40 or half the size stay below 3 and 30; the same character in the same place in another pose, above 1.4
 * and 67.
 */
const copyMean = 4
const copyLargest = 36

async function toSignature({ width, height, data }: RgbImage): Promise<Signature> {
  const cells = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: signatureSide, height: signatureSide, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer()
  return { aspect: width / height, cells }
}

function isCopy(a: Signature, b: Signature): boolean {
  if (Math.abs(Math.log(a.aspect / b.aspect)) > 0.05) return false
  const differences = a.cells.map((value, index) => Math.abs(value - b.cells[index]!))
  const total = differences.reduce((sum, difference) => sum + difference, 0)
  return total / differences.length <= copyMean && Math.max(...differences) <= copyLargest
}
