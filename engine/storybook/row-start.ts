/** Where the rows of somebody of the drawn world start: among the words of a profile, by what is believed of each slot. */
import type { ModelContext } from '../answering/context.ts'
import type { ConceptRows } from '../answering/soft-prompt.ts'
import type { RowStart, WordMixture } from '../learning/gallery.ts'
import { mixedRows, type RowTables } from '../learning/rows.ts'
import { type Belief, likeliestIndividual } from './belief.ts'
import { PROFILE_SLOTS, profile, SLOT_WORDS } from './language/profile.ts'
import { DRAW, NAMES, TELL } from './language/vocabulary.ts'
import { TRAITS } from './scene.ts'

/** Every slot's row is the expected embedding under what is believed. */
export function rowStart(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  belief: Belief,
  name: string,
): RowStart {
  const { vocabulary } = model.config
  const exactly = (word: string): WordMixture => [{ word: vocabulary.get(word) as number, share: 1 }]
  const soft = profile({ ...likeliestIndividual(belief), traits: belief.traits })
  const slots = PROFILE_SLOTS.map((slot, i): WordMixture => {
    // A trait lies between its two nearest anchors, as in pretraining, and not between all three.
    if ((TRAITS as readonly string[]).includes(slot)) {
      const { word, other, weight } = soft[i]!
      return [
        { word: vocabulary.get(word) as number, share: weight },
        { word: vocabulary.get(other) as number, share: 1 - weight },
      ]
    }
    return SLOT_WORDS[i]!.map((word, w) => ({ word: vocabulary.get(word) as number, share: belief.slots[i]![w]! }))
  })
  const half = (marker: string) => [exactly(marker), ...slots].slice(0, template.tokens)
  return { identifier: exactly(nameWord(name)), drawing: half(DRAW), language: half(TELL) }
}

/** Somebody of whom nothing but looks is known. */
const NOBODYS_NAME = 'kit'

/** The rows of somebody without a name, of whom this is believed. */
export function believedRows(
  context: Pick<ModelContext, 'model' | 'template'>,
  belief: Belief,
  tables: RowTables,
): ConceptRows {
  const { rows, headRows } = mixedRows(context, rowStart(context, belief, NOBODYS_NAME), tables)
  return { embedding: rows, head: headRows }
}

/** A name that pretraining knew stands in for any other; the same one for the same name. */
function nameWord(name: string): string {
  const known = NAMES.indexOf(name.toLowerCase())
  if (known >= 0) return NAMES[known] as string
  let hash = 0
  for (const character of name) hash = (Math.imul(hash, 31) + (character.codePointAt(0) as number)) >>> 0
  return NAMES[hash % NAMES.length] as string
}
