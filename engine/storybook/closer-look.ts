/**
 * How much likelier a picture is as a drawing of somebody than as one of whom the model reads in it: the third step of
 * recognition. What is read wrongly in a picture is read wrongly of everybody; drawn, the one who is meant fits it better.
 */
import type { ModelContext } from '../answering/context.ts'
import type { ConceptRows } from '../answering/soft-prompt.ts'
import type { Stepping } from '../answering/steps.ts'
import { type RowTables, readRowTables } from '../learning/rows.ts'
import type { PictureView } from '../models/multimodal.ts'
import { combine, type Slots } from './belief.ts'
import { type ReadPicture, readProfiles } from './reading.ts'
import { believedRows } from './row-start.ts'
import { SYNTHESIS_WEIGHT, synthesisLogLikelihoods, type Taken } from './synthesis.ts'

/** Whether the character at `character` of a picture is the concept. */
export interface Candidate {
  readonly picture: PictureView
  readonly character: number
  readonly concept: ConceptRows
}

/** What a picture is taken for by its reading alone. */
interface Seen extends Taken {
  readonly logLikelihood: number
}

export class CloserLook {
  readonly #context: Pick<ModelContext, 'model' | 'template'>
  readonly #seen = new WeakMap<PictureView, Seen>()
  #tables: Promise<RowTables> | undefined

  constructor(context: Pick<ModelContext, 'model' | 'template'>) {
    this.#context = context
  }

  /**
   * Weighed against what was read, in nats; of every candidate.
   *
   * @param readings of each picture its characters as they were read in it and its mirror image
   */
  async evidence(
    candidates: readonly Candidate[],
    readings: ReadonlyMap<PictureView, readonly Slots[]>,
    stepping: Stepping,
  ): Promise<number[]> {
    await this.#look(readings, stepping)
    const taken = candidates.map(({ picture, character, concept }): Taken => {
      const seen = this.#seen.get(picture) as Seen
      return { ...seen, characters: seen.characters.with(character, concept) }
    })
    const likely = await synthesisLogLikelihoods(this.#context, taken, stepping)
    return candidates.map(
      ({ picture }, i) => SYNTHESIS_WEIGHT * ((likely[i] as number) - (this.#seen.get(picture) as Seen).logLikelihood),
    )
  }

  async #look(readings: ReadonlyMap<PictureView, readonly Slots[]>, stepping: Stepping): Promise<void> {
    const unseen = [...readings].filter(([picture]) => !this.#seen.has(picture))
    if (unseen.length === 0) return
    const { model, template } = this.#context
    this.#tables ??= readRowTables(model)
    const tables = await this.#tables
    // Looks are read once more with the scene, which most pictures never need.
    const scenes = await readProfiles(
      model,
      template,
      unseen.map(([picture]) => picture),
      stepping,
    )
    const taken: Taken[] = []
    for (const [i, [picture, characters]] of unseen.entries())
      taken.push({
        codes: picture.map(Number),
        scene: scenes[i] as ReadPicture,
        characters: characters.map(reading => believedRows(this.#context, combine([{ reading }]), tables)),
      })
    const likely = await synthesisLogLikelihoods(this.#context, taken, stepping)
    for (const [i, [picture]] of unseen.entries())
      this.#seen.set(picture, { ...(taken[i] as Taken), logLikelihood: likely[i] as number })
  }
}
