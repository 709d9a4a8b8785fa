/** The engine's pictures as PNG files, on their way to people. */
import sharp from 'sharp'
import type { RgbImage } from '../engine/image.ts'

/** The IPTC's term for what a trained model has made; programs that show pictures look for it. */
const digitalSourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><Iptc4xmpExt:DigitalSourceType>${digitalSourceType}</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>`

/** A picture as it is. */
export function toPng(image: RgbImage): Promise<Buffer> {
  return open(image).png().toBuffer()
}

/**
 * A drawing of the model, `scale` times as large and marked as made by a machine: "AI-generated" in the EXIF
 * description, and the IPTC's digital source type in XMP.
 */
export function toDrawingPng(image: RgbImage, scale = 4): Promise<Buffer> {
  return open(image)
    .resize({ width: image.width * scale, height: image.height * scale, kernel: 'lanczos3' })
    .withExif({ IFD0: { ImageDescription: 'AI-generated', Software: 'Familiar' } })
    .withXmp(xmp)
    .png()
    .toBuffer()
}

function open({ width, height, data }: RgbImage) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
