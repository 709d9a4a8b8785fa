/** Whom the demo teaches: a sampled pet of the drawn world, or somebody in one's own pictures. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FamiliarError } from '../../engine/errors.ts'
import type { RgbImage } from '../../engine/image.ts'
import { checkPhotos, readPhoto } from '../../engine/photos.ts'
import { createRandom, type Random } from '../../engine/random.ts'
import { renderScene } from '../../engine/storybook/renderer.ts'
import {
  ACTIONS,
  type Individual,
  PLACES,
  type Place,
  type Scene,
  sampleIndividual,
  sampleScene,
} from '../../engine/storybook/scene.ts'

export interface DemoSubject {
  readonly name: string
  /** What the lesson gets. */
  readonly photos: readonly RgbImage[]
  /** A picture of the subject that is not among them. */
  readonly shown: RgbImage
  /** A picture of somebody else. */
  readonly stranger: RgbImage
  /** Where the subject is to be drawn; in none of the pictures above if they are sampled. */
  readonly place: Place
  /** Who it is, where that is known, and what `shown` shows. */
  readonly known?: { readonly individual: Individual; readonly scene: Scene }
}

const photoCount = 4

/** A pet and its pictures, all of the seed. */
export async function sampleSubject(name: string, seed: number): Promise<DemoSubject> {
  const random = createRandom(`demo/${seed}`)
  const individual = samplePet(random)
  const places = random.shuffle([...PLACES])
  // Eyes are closed in sleep: a lesson of few pictures should show them.
  const actions = random.shuffle(ACTIONS.filter(action => action !== 'sleeping'))
  const scenes = Array.from({ length: photoCount + 1 }, (_, i) =>
    sampleScene(random, [individual], { place: places[i]!, action: actions[i % actions.length]! }),
  )
  const scene = scenes.pop()!
  const other = samplePet(random, ({ kind, coat }) => kind !== individual.kind && coat !== individual.coat)
  return {
    name,
    photos: await Promise.all(scenes.map(each => renderScene(each))),
    shown: await renderScene(scene),
    stranger: await renderScene(sampleScene(random, [other])),
    place: places[photoCount + 1]!,
    known: { individual, scene },
  }
}

/**
 * Somebody in the 3 to 5 pictures of a folder, in the order of their names. Of four or more the last is kept to ask
 * about; of three the first is asked about again, mirrored.
 *
 * @throws FamiliarError `BAD_FOLDER`, `BAD_PHOTO`, `BAD_LESSON` (too few, too many, or copies)
 */
export async function readSubject(folder: string, name: string, seed: number): Promise<DemoSubject> {
  const files = await pictureFiles(folder)
  const photos: RgbImage[] = []
  for (const file of files) photos.push(await readPhoto(await readFile(join(folder, file)), file))
  await checkPhotos(photos)
  const random = createRandom(`demo/${seed}`)
  const stranger = await renderScene(sampleScene(random, [sampleIndividual(random)]))
  const keep = photos.length > 3
  return {
    name,
    photos: keep ? photos.slice(0, -1) : photos,
    shown: keep ? photos.at(-1)! : mirrored(photos[0]!),
    stranger,
    place: 'beach',
  }
}

async function pictureFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new FamiliarError('BAD_FOLDER', `Expected a folder of pictures for --photos but received "${folder}"`)
  })
  const isPicture = /^[^.].*\.(jpe?g|png|webp|gif|tiff?|avif)$/i
  const files = entries.filter(entry => !entry.isDirectory() && isPicture.test(entry.name)).map(({ name }) => name)
  if (files.length >= 3 && files.length <= 5) return files.sort()
  throw new FamiliarError('BAD_LESSON', `Expected 3 to 5 pictures in ${folder} but found ${files.length}`)
}

/** An animal that wears something, so that there is something to ask. */
function samplePet(random: Random, fits: (individual: Individual) => boolean = () => true): Individual {
  for (;;) {
    const individual = sampleIndividual(random)
    if (individual.kind !== 'person' && individual.accessory && fits(individual)) return individual
  }
}

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + width - 1 - x)
      out.set(data.subarray(from, from + 3), 3 * (y * width + x))
    }
  }
  return { width, height, data: out }
}
