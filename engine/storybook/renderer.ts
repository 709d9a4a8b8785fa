/**
 * Draws a scene. The same scene always gives the same bytes; the tokeniser's and decoder's weights were trained on these
 * pictures, so a change here asks for training anew.
 */
import sharp from 'sharp'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { drawCharacter } from './drawing/character.ts'
import { drawPlace } from './drawing/places.ts'
import type { Scene, Side } from './scene.ts'

/** Side of the world's picture in its own units. */
export const WORLD = 96
/** Multiples of 8 units and of 6: the same face then gives the same picture words on every side. */
export const CENTRES: Readonly<Record<Side, number>> = { left: 24, middle: 48, right: 72 }
const GROUND = 88

/** The scene as an SVG document of 96 × 96 units. */
export function sceneToSvg(scene: Scene): string {
  return svg(scene, WORLD)
}

function svg(scene: Scene, size: number): string {
  const random = createRandom(scene.variation)
  const place = drawPlace(scene.place, random.fork('place'))
  const characters = scene.characters.map((character, i) =>
    drawCharacter(character, { x: CENTRES[character.side], y: GROUND, scale: 1, id: `c${i}` }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${WORLD} ${WORLD}">${place}${characters.join('')}</svg>`
}

/** The scene as a picture of `size × size` pixels (default 96). */
export async function renderScene(scene: Scene, size = WORLD): Promise<RgbImage> {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`Expected a positive whole number of pixels for size but received ${size}`)
  const { data, info } = await sharp(Buffer.from(svg(scene, size)))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}
