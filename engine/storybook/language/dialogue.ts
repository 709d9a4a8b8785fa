/** Sampled dialogues of the drawn world: what is pretrained on. The rules are told in pieces.ts. */
export { drawingDialogue } from './drawing.ts'
export { LOOKS, MIXED } from './mixtures.ts'
export type { Dialogue, Piece } from './pieces.ts'
export { seeingDialogue } from './seeing.ts'
export { textDialogue } from './talking.ts'
