/**
 * Where lessons lie until they have ended: a record for each in a store, in a folder of its own its photos as PNG files and
 * how far it has come, which the engine writes. The record is written last and deleted last. It knows nothing of what is done
 * with a lesson.
 */
import sharp from 'sharp'
import type { RgbImage } from '../../engine/image.ts'
import { conceptPhotos } from '../concepts/retained-photos.ts'
import { toPng } from '../pictures.ts'
import type { Storage } from '../storage/storage.ts'
import type { Store } from '../storage/store.ts'
import type { TeachingJob } from './teaching.ts'

const photoEnding = '.png'

/** How a job ended. It is kept until everybody has been told, so that an end is told after a restart, too. */
export type JobEnd =
  | { readonly learned: true }
  | { readonly cancelledBy: string }
  /** Without a code it was a bug. */
  | { readonly error: { readonly code?: string; readonly message: string } }

export interface StoredJob {
  readonly job: TeachingJob
  /** Place in the line: lower runs earlier. */
  readonly order: number
  readonly end?: JobEnd
}

export class JobStore {
  readonly #storage: Storage
  readonly #records: Store<StoredJob>

  constructor(storage: Storage) {
    this.#storage = storage
    this.#records = storage.store('jobs')
  }

  /** All jobs, in the order of their line. Photos of jobs that were never written whole are deleted. */
  async load(): Promise<StoredJob[]> {
    const { files } = this.#storage
    const stored = (await this.#records.entries()).map(([, record]) => record)
    const ids = new Set(stored.map(({ job }) => job.id))
    for (const id of await files.list('jobs')) if (!ids.has(id)) await files.remove(folder(id))
    return stored.sort((a, b) => a.order - b.order)
  }

  /** @throws FamiliarError `CANNOT_WRITE`; nothing of it is then left */
  async create(stored: StoredJob, photos: readonly RgbImage[]): Promise<void> {
    const { id } = stored.job
    try {
      for (const [index, photo] of photos.entries())
        await this.#storage.files.write(`${folder(id)}/${index + 1}${photoEnding}`, await toPng(photo))
      await this.#records.set(id, stored)
    } catch (error) {
      await this.deletePhotos(id).catch(() => {})
      throw error
    }
  }

  /** @throws FamiliarError `CANNOT_WRITE` */
  async write(stored: StoredJob): Promise<void> {
    await this.#records.set(stored.job.id, stored)
  }

  /** As they were given; those that cannot be read any more are left out. */
  async photos(id: string): Promise<RgbImage[]> {
    const names = (await this.#storage.files.list(folder(id))).filter(name => name.endsWith(photoEnding))
    const photos = await Promise.all(names.map(name => this.#photo(`${folder(id)}/${name}`).catch(() => undefined)))
    return photos.filter(photo => photo !== undefined)
  }

  async #photo(path: string): Promise<RgbImage> {
    const bytes = await this.#storage.files.read(path)
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  }

  /** Absolute path of the file where the engine keeps how far the lesson has come; it goes with the photos. */
  checkpoint(id: string): string {
    return this.#storage.files.path(`${folder(id)}/checkpoint.safetensors`)
  }

  deletePhotos(id: string): Promise<void> {
    return this.#storage.files.remove(folder(id))
  }

  /** Keeps them, and nothing else, with the concept, which they go with when it is forgotten. */
  async retainPhotos({ id, tenant, name }: TeachingJob): Promise<void> {
    for (const file of await this.#storage.files.list(folder(id)))
      if (!file.endsWith(photoEnding)) await this.#storage.files.remove(`${folder(id)}/${file}`)
    await this.#storage.files.move(folder(id), `${conceptPhotos(tenant, name)}/${id}`)
  }

  async delete(id: string): Promise<void> {
    await this.#records.delete(id)
  }
}

const folder = (id: string) => `jobs/${id}`
