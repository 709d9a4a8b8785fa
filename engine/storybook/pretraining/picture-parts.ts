/** Which words of a drawn scene's picture show what: found by leaving one thing out and looking where the picture changes. */
import type { RgbImage } from '../../image.ts'
import { renderScene } from '../renderer.ts'
import type { Character, Individual, Scene } from '../scene.ts'

/** By how much the colour of a pixel differs where something is, of 255. */
const VISIBLE = 40

/** One entry for each word of a picture, row by row: whether it shows something. */
export type WordMask = readonly boolean[]

/** A picture's size. */
export interface PictureSize {
  /** In pixels. */
  readonly pixels: number
  /** In words. */
  readonly words: number
}

/** For each character of the scene where it would be if it were alone. */
export async function charactersIn(scene: Scene, size: PictureSize): Promise<WordMask[]> {
  const ground = await renderScene({ ...scene, characters: NOBODY }, size.pixels)
  return Promise.all(
    scene.characters.map(async one =>
      difference(await renderScene({ ...scene, characters: [one] }, size.pixels), ground, size.words),
    ),
  )
}

/** Where what the characters wear shows, and where the patterns of the animals. */
export async function detailsIn(scene: Scene, size: PictureSize): Promise<{ worn: WordMask; patterned: WordMask }> {
  const whole = await renderScene(scene, size.pixels)
  const without = async (change: (individual: Individual) => Individual) => {
    const changed = scene.characters.map((one: Character) => ({ ...one, individual: change(one.individual) }))
    const rest = { ...scene, characters: changed as unknown as Scene['characters'] }
    return difference(whole, await renderScene(rest, size.pixels), size.words)
  }
  return { worn: await without(bare), patterned: await without(plain) }
}

const NOBODY = [] as unknown as Scene['characters']
const bare = ({ accessory: _, ...rest }: Individual) => rest as Individual
const plain = (individual: Individual): Individual => {
  if (individual.kind === 'person') return individual
  const { second: _, ...rest } = individual
  return { ...rest, pattern: 'plain' }
}

/** For each of side × side words whether two pictures differ visibly in it. */
function difference(a: RgbImage, b: RgbImage, side: number): boolean[] {
  const grid = a.width / side
  const differs = new Array<boolean>(side * side).fill(false)
  a.data.forEach((value, i) => {
    if (Math.abs(value - (b.data[i] as number)) <= VISIBLE) return
    const pixel = Math.floor(i / 3)
    differs[Math.floor(pixel / a.width / grid) * side + Math.floor((pixel % a.width) / grid)] = true
  })
  return differs
}
