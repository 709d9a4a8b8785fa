/**
 * The sample album: two pets and a friend of the drawn world, so that somebody without pictures at hand can try the bot.
 * Who they are is fixed; where they stand in their pictures follows from the seed.
 */
import sharp from 'sharp'
import { createRandom } from '../../../engine/random.ts'
import { renderScene } from '../../../engine/storybook/renderer.ts'
import {
  type Action,
  type Individual,
  PLACES,
  type Place,
  type Scene,
  sampleScene,
  type Trait,
} from '../../../engine/storybook/scene.ts'
import type { Album, AlbumPicture } from '../wire.ts'

/** Pixels on a side: sharp on a screen, and a whole multiple of the 96 that the built-in model sees. */
const side = 384
const photosEach = 4

interface Subject {
  readonly name: string
  readonly kind: 'pet' | 'person'
  readonly individual: Individual
}

const traits = (over: Partial<Record<Trait, number>>): Record<Trait, number> => ({
  shade: 0.5,
  warmth: 0.5,
  build: 0.5,
  head: 0.5,
  ears: 0.5,
  tail: 0.5,
  eyeSize: 0.5,
  mark: 0.5,
  ...over,
})

const subjects: readonly Subject[] = [
  {
    name: 'Mắm',
    kind: 'pet',
    individual: {
      kind: 'cat',
      coat: 'orange',
      pattern: 'striped',
      second: 'brown',
      eyes: 'green',
      accessory: { what: 'scarf', colour: 'blue' },
      traits: traits({ eyeSize: 0.8, build: 0.65, tail: 0.8 }),
    },
  },
  {
    name: 'Bo',
    kind: 'pet',
    individual: {
      kind: 'dog',
      coat: 'cream',
      pattern: 'patched',
      second: 'brown',
      eyes: 'brown',
      accessory: { what: 'collar', colour: 'red' },
      traits: traits({ ears: 0.8, head: 0.6, eyeSize: 0.7 }),
    },
  },
  {
    name: 'Lan',
    kind: 'person',
    individual: {
      kind: 'person',
      coat: 'black',
      pattern: 'bun',
      second: 'green',
      eyes: 'brown',
      accessory: { what: 'glasses', colour: 'purple' },
      traits: traits({ mark: 0.35, eyeSize: 0.65 }),
    },
  },
]

/** Like Mắm at a glance; the one to be told apart. */
const stranger: Individual = {
  kind: 'cat',
  coat: 'gray',
  pattern: 'striped',
  second: 'white',
  eyes: 'gold',
  accessory: { what: 'bow', colour: 'red' },
  traits: traits({ eyeSize: 0.6 }),
}

const placeWords: Record<Place, string> = {
  beach: 'at the beach',
  forest: 'in the forest',
  snow: 'in the snow',
  desert: 'in the desert',
  city: 'in the city',
  bedroom: 'in a bedroom',
  moon: 'on the moon',
  sea: 'in the sea',
}

interface Drawn {
  readonly file: string
  readonly altText: string
  readonly scene: Scene
}

export interface SampleAlbum {
  readonly album: Album
  /** PNG, or nothing when the album has no such file. */
  picture(file: string): Promise<Uint8Array | undefined>
}

export function sampleAlbum(seed = 1): SampleAlbum {
  const random = createRandom(`album/${seed}`)
  const all = new Map<string, Drawn>()
  const add = (file: string, altText: string, scene: Scene): AlbumPicture => {
    all.set(file, { file, altText, scene })
    return { url: `/album/${file}`, name: file, altText }
  }
  // Eyes are closed in sleep: a lesson of few pictures should show them.
  const actions: readonly Action[] = ['sitting', 'standing', 'playing', 'jumping']
  const taught = subjects.map(({ name, kind, individual }) => {
    const places = random.shuffle([...PLACES])
    const pictures = Array.from({ length: photosEach }, (_, i) => {
      const [place, action] = [places[i]!, actions[i]!]
      const scene = sampleScene(random, [individual], { place, action })
      return add(`${fileName(name)}-${i + 1}.png`, `${name} ${action} ${placeWords[place]}`, scene)
    })
    return { name, kind, pictures }
  })
  const [mam, bo, lan] = subjects as readonly [Subject, Subject, Subject]
  const pair = (a: Subject, b: Subject, place: Place): Scene => ({
    place,
    characters: [
      { individual: a.individual, action: 'sitting', side: 'left' },
      { individual: b.individual, action: 'standing', side: 'right' },
    ],
    variation: random.integer(2 ** 31),
  })
  const others = [
    add('who-1.png', 'A cat and a dog at the beach', pair(mam, bo, 'beach')),
    add(
      'who-2.png',
      'A cat in the snow',
      sampleScene(random, [mam.individual], { place: 'snow', action: 'playing', side: 'middle' }),
    ),
    add(
      'who-3.png',
      'Another cat in the forest',
      sampleScene(random, [stranger], { place: 'forest', action: 'sitting', side: 'middle' }),
    ),
    add('who-4.png', 'A person and a dog in the city', pair(lan, bo, 'city')),
  ]
  const rendered = new Map<string, Promise<Uint8Array>>()
  return {
    album: { subjects: taught, others },
    async picture(file) {
      const drawn = all.get(file)
      if (!drawn) return undefined
      if (!rendered.has(file)) rendered.set(file, png(drawn.scene))
      return rendered.get(file)
    },
  }
}

async function png(scene: Scene): Promise<Uint8Array> {
  const { width, height, data } = await renderScene(scene, side)
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** ASCII, for a URL: `Mắm` → `mam`. */
function fileName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase()
}
