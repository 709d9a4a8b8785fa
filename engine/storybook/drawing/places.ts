/** The eight places, told apart by how their colours lie. Each fills the whole 96 × 96 picture. */
import type { Random } from '../../random.ts'
import type { Place } from '../scene.ts'
import { ellipse, filled, path, polygon, rectangle, stroked } from './shapes.ts'

const band = (top: number, bottom: number, colour: string) => filled(rectangle(-1, top, 98, bottom - top), colour)

/** Snapped to 8 pixels, a picture word's side: the same cloud then gives the same words wherever it stands. */
const between = (random: Random, low: number, high: number) =>
  8 * Math.round((low + (high - low) * random.uniform()) / 8)

function clouds(random: Random, colour: string, count = 2): string {
  const all = Array.from({ length: count }, (_, i) => {
    const x = between(random, 8, 36) + ((i * 52) % 96)
    const y = between(random, 8, 18)
    return ellipse(x, y, 9, 4) + ellipse(x - 3, y - 3, 4.5) + ellipse(x + 3.5, y - 2, 3.5)
  })
  return filled(all.join(''), colour)
}

function hills(random: Random, top: number, height: number, colour: string): string {
  const peak = between(random, 20, 40)
  return filled(
    path`M-1 97V${top}Q${peak / 2} ${top - height} ${peak} ${top - height / 3}T${peak + 34} ${top - 1}T97 ${top - height / 2}V97z`,
    colour,
  )
}

const PAINTERS: Record<Place, (random: Random) => string> = {
  beach(random) {
    const sun = between(random, 66, 84)
    const shell = between(random, 40, 56)
    return (
      band(-1, 44, '#a5e3ff') +
      clouds(random, '#ffffff', 1) +
      filled(ellipse(sun, 13, 9), '#ffdf3d') +
      band(42, 66, '#1ea3d8') +
      stroked(path`M4 50h10M${sun - 30} 48h9M${sun - 6} 53h12M22 57h9`, '#8fe0f7', 1.6) +
      filled(path`M-1 97V66Q14 61 30 65T62 65T97 62V97z`, '#f7dc92') +
      stroked(path`M-1 66Q14 61 30 65T62 65T97 62`, '#ffffff', 2.2) +
      filled(ellipse(shell, 93, 3, 2) + ellipse(shell + 34, 75, 2, 1.4) + ellipse(shell - 33, 77, 2, 1.4), '#e9a87c')
    )
  },
  forest(random) {
    const shift = between(random, -5, 5)
    const trunks = [-2, 17, 36, 58, 78, 97].map(x => x + shift + between(random, -2, 2))
    const crowns = trunks.map(x => ellipse(x, between(random, 12, 22), between(random, 11, 14), 17))
    return (
      band(-1, 66, '#b8e3a0') +
      filled(trunks.map(x => rectangle(x - 3, 24, 6, 44)).join(''), '#6d4426') +
      filled(crowns.filter((_, i) => i % 2 === 0).join(''), '#1f7a3c') +
      filled(crowns.filter((_, i) => i % 2 === 1).join(''), '#2f9548') +
      filled(
        ellipse(10 + shift, 64, 15, 8) + ellipse(48 - shift, 65, 14, 6) + ellipse(86 + shift, 63, 16, 8),
        '#25713a',
      ) +
      band(65, 97, '#63b648') +
      stroked(path`M6 78l2 -4l2 4M${46 + shift} 72l2 -4l2 4M84 80l2 -4l2 4M30 94l2 -4l2 4`, '#3d8a30', 1.4)
    )
  },
  snow(random) {
    const pines = [between(random, 8, 22), between(random, 42, 54), between(random, 74, 88)]
    const pine = (x: number, y: number) => polygon([x, y - 30], [x + 10, y - 9], [x - 10, y - 9])
    const cap = (x: number, y: number) => polygon([x, y - 31], [x + 5, y - 20], [x, y - 22], [x - 5, y - 20])
    const flakes = Array.from({ length: 14 }, (_, i) => ellipse(3 + i * 7, between(random, 4, 58), 1.5))
    return (
      band(-1, 70, '#aebfd8') +
      hills(random, 58, 14, '#d5e2f0') +
      filled(pines.map((x, i) => rectangle(x - 1.6, 52 - (i % 2) * 5, 3.2, 9)).join(''), '#5d4a43') +
      filled(pines.map((x, i) => pine(x, 63 - (i % 2) * 5)).join(''), '#2f6f73') +
      filled(pines.map((x, i) => cap(x, 63 - (i % 2) * 5)).join(''), '#ffffff') +
      filled(flakes.join(''), '#ffffff') +
      hills(random, 66, 4, '#f6faff') +
      filled(ellipse(20, 84, 12, 2) + ellipse(74, 79, 14, 2), '#d9e6f5')
    )
  },
  desert(random) {
    const sun = between(random, 20, 40)
    const cacti = [between(random, 3, 9), between(random, 86, 92)]
    const cactus = (x: number, y: number) => path`M${x} ${y}v-30M${x} ${y - 11}h7v-9M${x} ${y - 15}h-7v-8`
    return (
      band(-1, 70, '#ffd9a0') +
      band(-1, 20, '#ffc27d') +
      filled(ellipse(sun, 22, 10), '#fff3c4') +
      hills(random, 60, 16, '#e08b4a') +
      stroked(cacti.map((x, i) => cactus(x, 68 + 3 * i)).join(''), '#2e7d46', 5) +
      filled(path`M-1 97V72Q22 60 46 67T97 63V97z`, '#eda85a') +
      stroked(path`M4 80q8 -3 16 0M${60 + sun / 10} 74q8 -3 16 0M34 92q10 -3 20 0`, '#cf8038', 1.6)
    )
  },
  city(random) {
    const colours = random.shuffle(['#c2685a', '#5a7d9c', '#d0a15c', '#7c6a94', '#66938a'])
    let x = between(random, -8, -2)
    let all = ''
    for (const colour of colours) {
      const width = between(random, 19, 24)
      const top = between(random, 8, 30)
      let windows = ''
      for (let y = top + 5; y < 58; y += 9) windows += rectangle(x + 4, y, 4, 5) + rectangle(x + width - 8, y, 4, 5)
      all += filled(rectangle(x, top, width - 0.5, 70 - top), colour) + filled(windows, '#fff0a8')
      x += width
    }
    return (
      band(-1, 70, '#d5d9e6') +
      all +
      band(66, 74, '#c9c4bd') +
      band(73, 97, '#5b5f6b') +
      stroked('M6 84h14M40 84h14M74 84h14', '#f4f1e6', 2)
    )
  },
  bedroom(random) {
    const window = between(random, 40, 50)
    const flipped = random.uniform() < 0.5
    const bed = 'M-4 44h7v10h37q5 0 5 5v14h-4v-4H-4z'
    return (
      band(-1, 70, '#f6cfd6') +
      stroked('M10 -1V66M24 -1V66M38 -1V66M52 -1V66M66 -1V66M80 -1V66M94 -1V66', '#f1bcc7', 2) +
      filled(rectangle(window - 13, 5, 26, 25), '#ffffff') +
      filled(rectangle(window - 10.5, 7.5, 9.5, 20) + rectangle(window + 1, 7.5, 9.5, 20), '#7ecbf2') +
      band(66, 97, '#c98f5b') +
      stroked('M-1 76H97M-1 87H97', '#b0773f', 1.2) +
      `<g${flipped ? ' transform="matrix(-1 0 0 1 96 0)"' : ''}>${
        filled(bed, '#7a4a2c') + filled('M3 50h37q4 0 4 6v10H3z', '#7a5fd0') + filled(ellipse(9, 49, 7, 4), '#ffffff')
      }</g>` +
      filled(ellipse(48, 86, 40, 7), '#f1e2b8')
    )
  },
  moon(random) {
    const stars = Array.from({ length: 16 }, (_, i) => ellipse(3 + i * 6, between(random, 3, 56), i % 3 ? 0.9 : 1.5))
    const earth = between(random, 14, 82)
    const shift = between(random, -5, 5)
    return (
      band(-1, 97, '#10102a') +
      filled(stars.join(''), '#fff9d6') +
      filled(ellipse(earth, 13, 8.5), '#3b8be0') +
      filled(ellipse(earth - 3, 11, 3.5, 3) + ellipse(earth + 3.5, 15.5, 2.8, 2.4), '#53b860') +
      filled(path`M-1 97V67Q24 58 48 62T97 65V97z`, '#9b9ba8') +
      filled(
        ellipse(14 + shift, 72, 8, 2.6) +
          ellipse(80 - shift, 74, 9, 3) +
          ellipse(48 + shift, 91, 10, 2.8) +
          ellipse(50, 67, 5, 1.6),
        '#75757f',
      )
    )
  },
  sea(random) {
    const weeds = [3, 12, 84, 93].map(x => x + between(random, -2, 2))
    const weed = (x: number, h: number) => path`M${x} 92q-5 ${-h / 4} 0 ${-h / 2}t0 ${-h / 2}`
    const fish = (x: number, y: number, way: number) =>
      ellipse(x, y, 5.5, 3.6) + polygon([x - 4 * way, y], [x - 9 * way, y - 4], [x - 9 * way, y + 4])
    const bubbles = Array.from({ length: 7 }, (_, i) => ellipse(8 + i * 13, between(random, 8, 60), 1.3 + (i % 2)))
    return (
      band(-1, 97, '#1559b3') +
      band(-1, 50, '#1d74cf') +
      band(-1, 20, '#3797e6') +
      filled(bubbles.join(''), '#a8dcff') +
      filled(fish(between(random, 8, 24), between(random, 10, 30), 1), '#ff9d2e') +
      filled(fish(between(random, 72, 88), between(random, 12, 34), -1), '#ffd84a') +
      stroked(weeds.map((x, i) => weed(x, 34 + 10 * (i % 2))).join(''), '#2aa35a', 4) +
      filled(path`M-1 97V84Q20 78 44 82T97 80V97z`, '#cdb980')
    )
  },
}

/** The background as SVG elements. */
export const drawPlace = (place: Place, random: Random): string => PAINTERS[place](random)
