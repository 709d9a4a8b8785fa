/**
 * What kind of file some bytes are, told from their first bytes and never from a name. Only the formats that a photo
 * may have are handed to the decoders, which know many more (SVG and PDF among them) than should be reached from a chat.
 */

export type PhotoFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'AVIF'

/** A photo's format, or, for people, what the bytes look like instead. */
export type Sniffed = { readonly format: PhotoFormat } | { readonly other: string }

export function sniffFormat(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return { other: 'an empty file' }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512))
  const ascii = head.toString('latin1')
  const format = photoFormat(head, ascii)
  if (format) return { format }
  return { other: otherFormat(ascii) ?? (isText(head) ? 'text' : 'unknown data') }
}

function photoFormat(head: Buffer, ascii: string): PhotoFormat | undefined {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'JPEG'
  if (ascii.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG'
  if (/^RIFF[\s\S]{4}WEBP/.test(ascii)) return 'WebP'
  if (/^GIF8[79]a/.test(ascii)) return 'GIF'
  // Byte order, then 42, or 43 for files above 4 GB.
  if (/^(?:II[*+]\0|MM\0[*+])/.test(ascii)) return 'TIFF'
  if (brands(ascii).some(brand => brand === 'avif' || brand === 'avis')) return 'AVIF'
  return undefined
}

/** The brands of an ISO base media file: the container of AVIF, HEIC and MP4. Source: ISO/IEC 14496-12, 4.3. */
function brands(ascii: string): string[] {
  if (ascii.slice(4, 8) !== 'ftyp') return []
  const size =
    (ascii.charCodeAt(0) << 24) | (ascii.charCodeAt(1) << 16) | (ascii.charCodeAt(2) << 8) | ascii.charCodeAt(3)
  const compatible = ascii.slice(16, Math.max(16, size)).match(/[\s\S]{4}/g) ?? []
  return [ascii.slice(8, 12), ...compatible]
}

const isHeic = (ascii: string) => brands(ascii).some(brand => /^(?:hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand))

function otherFormat(ascii: string): string | undefined {
  if (isHeic(ascii)) return 'a HEIC image'
  if (brands(ascii).length > 0 || ascii.startsWith('\x1aE\xdf\xa3') || /^RIFF[\s\S]{4}AVI /.test(ascii))
    return 'a video'
  if (/^\s*<(?:\?xml|!--|!doctype svg|svg)/i.test(ascii) && /<svg\b/i.test(ascii)) return 'an SVG drawing'
  if (/^\s*(?:<!doctype html|<html)/i.test(ascii)) return 'a web page'
  if (ascii.startsWith('%PDF-')) return 'a PDF document'
  if (ascii.startsWith('PK\x03\x04')) return 'a ZIP archive'
  // Four bytes of size, then four that are reserved and zero.
  if (/^BM[\s\S]{4}\0{4}/.test(ascii)) return 'a BMP image'
  if (ascii.startsWith('\xff\x0a') || ascii.startsWith('\0\0\0\x0cJXL ')) return 'a JPEG XL image'
  return undefined
}

function isText(head: Buffer): boolean {
  // As a stream, so that a character cut at the end of the head is no error.
  const text = new TextDecoder().decode(head, { stream: true })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells data from text.
  return !/[\x00-\x08\x0e-\x1f\ufffd]/.test(text)
}
