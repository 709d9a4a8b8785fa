/**
 * Where the line lies between drawings of the built-in world and everything else: the picture tokeniser's reconstruction
 * error, measured over rendered scenes and over pictures with the statistics of photos. Run once, when a model is made.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { drawnWorldFile, reconstruct } from '../answering/drawn-world.ts'
import { toPictures } from '../answering/pixels.ts'
import type { RgbImage } from '../image.ts'
import type { Pictures } from '../models/pictures.ts'
import { createRandom, type Random } from '../random.ts'
import { renderScene } from './renderer.ts'
import { sampleIndividual, sampleScene } from './scene.ts'

export interface ReconstructionLimit {
  readonly limit: number
  /** Highest error of a drawing, lowest of another picture: the limit lies between, or at the best compromise. */
  readonly drawings: number
  readonly others: number
  /** Share of all measured pictures that the limit puts on the right side. */
  readonly accuracy: number
}

export interface MeasureOptions {
  /** Of drawings, and of other pictures. */
  readonly count?: number
  readonly seed?: number
}

export async function measureReconstructionLimit(
  pictures: Pictures,
  { count = 96, seed = 1 }: MeasureOptions = {},
): Promise<ReconstructionLimit> {
  const random = createRandom(seed)
  const side = pictures.config.resolution
  const drawn: RgbImage[] = []
  const others: RgbImage[] = []
  for (let i = 0; i < count; i++) {
    const one = sampleIndividual(random)
    const scene = sampleScene(random, i % 3 === 0 ? [one, sampleIndividual(random)] : [one])
    // Half of them as they come from a chat: larger, and compressed.
    drawn.push(i % 2 === 0 ? await renderScene(scene, side) : await compressed(await renderScene(scene, side * 3)))
    others.push(await photoLike(random, side * 2))
  }
  const a = await errorsOf(pictures, drawn)
  const b = await errorsOf(pictures, others)
  const [drawings, rest] = [Math.max(...a), Math.min(...b)]
  const { limit, right } = separate(a, b)
  return { limit, drawings, others: rest, accuracy: right / (2 * count) }
}

/** Measures and writes `storybook.json`, which marks a folder's model as one that knows the drawn world only. */
export async function writeDrawnWorld(
  folder: string,
  pictures: Pictures,
  options: MeasureOptions = {},
): Promise<ReconstructionLimit> {
  const measured = await measureReconstructionLimit(pictures, options)
  const content = { drawnWorldOnly: true, reconstructionLimit: Number(measured.limit.toPrecision(3)) }
  await writeFile(join(folder, drawnWorldFile), `${JSON.stringify(content, null, 1)}\n`)
  return measured
}

/**
 * The value between two neighbouring errors that puts the most on its right side; of several, in the widest gap, a quarter
 * of the way (in logarithms) from the lower side: drawings are known well, what else there is in the world is not.
 */
export function separate(below: readonly number[], above: readonly number[]): { limit: number; right: number } {
  const all = [...below, ...above].sort((x, y) => x - y)
  let best = { limit: all[0] as number, right: -1, gap: 0 }
  for (let i = 0; i + 1 < all.length; i++) {
    const [low, high] = [all[i] as number, all[i + 1] as number]
    const limit = low ** 0.75 * high ** 0.25
    const right = below.filter(error => error <= limit).length + above.filter(error => error > limit).length
    if (right > best.right || (right === best.right && high - low > best.gap)) best = { limit, right, gap: high - low }
  }
  return best
}

async function errorsOf(pictures: Pictures, images: readonly RgbImage[]): Promise<number[]> {
  const errors: number[] = []
  for (let from = 0; from < images.length; from += 8) {
    const batch = await toPictures(images.slice(from, from + 8), pictures.config.resolution)
    errors.push(...(await reconstruct(pictures, batch)).map(({ error }) => error))
  }
  return errors
}

/**
 * A picture with the statistics of photos, made from nothing: textures whose power falls with frequency, in correlated
 * colours, lit from a side, with shapes and edges before them, and grain. Source for the spectrum: Field 1987.
 */
export async function photoLike(random: Random, side: number): Promise<RgbImage> {
  const hue = () => `hsl(${random.integer(360)} ${15 + random.integer(55)}% ${15 + random.integer(70)}%)`
  const texture = (id: string, frequency: number, strength: number) => `
    <filter id="${id}" x="0" y="0" width="1" height="1">
      <feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="5" seed="${random.integer(10_000)}"/>
      <feColorMatrix type="saturate" values="${(0.2 + random.uniform() * 0.5).toFixed(2)}" result="noise"/>
      <feComposite in="SourceGraphic" in2="noise" operator="arithmetic" k1="${strength}" k2="${1 - strength / 2}" k3="0.2" k4="-0.1"/>
    </filter>`
  const shapes = Array.from({ length: 2 + random.integer(4) }, (_, i) => {
    const [x, y] = [random.integer(100), 30 + random.integer(70)]
    return `<ellipse cx="${x}" cy="${y}" rx="${8 + random.integer(30)}" ry="${8 + random.integer(35)}"
      fill="${hue()}" transform="rotate(${random.integer(180)} ${x} ${y})" filter="url(#t${1 + (i % 2)})"/>`
  })
  const edges = Array.from({ length: 4 + random.integer(16) }, (_, i) => {
    const points = Array.from({ length: 3 + random.integer(3) }, () => `${random.integer(100)},${random.integer(100)}`)
    const stroke =
      i % 2 === 0 ? `fill="${hue()}"` : `fill="none" stroke="${hue()}" stroke-width="${1 + random.integer(4)}"`
    const scale = (0.15 + 0.5 * random.uniform()).toFixed(2)
    const place = `translate(${random.integer(80)} ${random.integer(80)}) scale(${scale})`
    return `<polygon points="${points.join(' ')}" ${stroke} transform="${place}" filter="url(#t${i % 3})"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100"><defs>
    ${[0.02, 0.06, 0.12].map((frequency, i) => texture(`t${i}`, frequency * (0.6 + random.uniform()), 0.8 + random.uniform() * 0.8)).join('')}
    <linearGradient id="sky" x1="0" y1="0" x2="${random.uniform().toFixed(2)}" y2="1"><stop offset="0" stop-color="${hue()}"/><stop offset="1" stop-color="${hue()}"/></linearGradient>
    <linearGradient id="light" x1="0" x2="1"><stop offset="0" stop-color="#fff" stop-opacity="${(random.uniform() * 0.3).toFixed(2)}"/><stop offset="1" stop-color="#000" stop-opacity="${(random.uniform() * 0.5).toFixed(2)}"/></linearGradient></defs>
    <rect width="100" height="100" fill="url(#sky)" filter="url(#t0)"/>${shapes.join('')}${edges.join('')}
    <rect width="100" height="100" fill="url(#light)"/></svg>`
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: 'white' })
    .blur(0.3 + random.uniform())
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const grain = 2 + random.uniform() * 8
  const pixels = Uint8Array.from(data, value => Math.min(255, Math.max(0, value + grain * random.normal())))
  return compressed({ width: info.width, height: info.height, data: pixels })
}

/** As a JPEG gives it back. */
async function compressed({ width, height, data }: RgbImage): Promise<RgbImage> {
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer()
  const { data: pixels, info } = await sharp(file).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: new Uint8Array(pixels) }
}
