/** Pictures on their way up: within the limit of a request, with words for those who cannot see them. */
import { createHash } from 'node:crypto'
import { GuildPremiumTier, type RawFile } from 'discord.js'
import sharp from 'sharp'
import type { OutgoingPicture } from '../../src/conversation/chat.ts'

const mebibyte = 2 ** 20
/** Bytes of all files of one request, where the server has no boosts, and in direct messages. */
export const smallestLimit = 10 * mebibyte
/** Of that, files may take so much; the rest of the request is small. */
const forFiles = 0.99

const longestAltText = 1024
const attempts = 8

/** Bytes that one request to a server's channel may hold. */
export function uploadLimit(tier: GuildPremiumTier | undefined): number {
  if (tier === GuildPremiumTier.Tier3) return 100 * mebibyte
  return tier === GuildPremiumTier.Tier2 ? 50 * mebibyte : smallestLimit
}

/** A picture and what tells it from others. */
export interface Upload {
  readonly key: string
  readonly file: RawFile
  readonly description: string
}

/** Files for one request of at most `limit` bytes; what is too large becomes a smaller JPEG that says the same of itself. */
export async function uploadsOf(pictures: readonly OutgoingPicture[], limit: number): Promise<Upload[]> {
  const room = limit * forFiles
  const total = pictures.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const share = total > room ? Math.floor(room / pictures.length) : room
  const uploads: Upload[] = []
  for (const picture of pictures) {
    const { name, bytes } = picture.bytes.length > share ? await shrunk(picture, share) : picture
    const file = { name, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) }
    uploads.push({ key: keyOf(picture), file, description: altTextOf(picture) })
  }
  return uploads
}

export const keyOf = ({ name, bytes, altText }: OutgoingPicture): string =>
  createHash('sha256')
    .update(JSON.stringify([name, altText]))
    .update(bytes)
    .digest('hex')

function altTextOf({ altText }: OutgoingPicture): string {
  return altText.length <= longestAltText ? altText : `${altText.slice(0, longestAltText - 1)}…`
}

async function shrunk({ name, bytes }: OutgoingPicture, most: number): Promise<{ name: string; bytes: Uint8Array }> {
  const { width } = await sharp(bytes).metadata()
  let scale = 1
  let smaller: Uint8Array = bytes
  for (let attempt = 0; attempt < attempts && smaller.length > most; attempt++) {
    smaller = await sharp(bytes)
      .resize({ width: Math.max(1, Math.round(width * scale)) })
      .flatten({ background: '#ffffff' })
      // That it was made by a machine stands in its metadata.
      .keepMetadata()
      .jpeg({ quality: 88 })
      .toBuffer()
    scale *= Math.min(0.9, 0.95 * Math.sqrt(most / smaller.length))
  }
  return { name: name.replace(/\.\w+$/, '').concat('.jpg'), bytes: smaller }
}
