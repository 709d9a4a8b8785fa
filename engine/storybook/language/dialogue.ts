/** Sampled dialogues of the drawn world: what is pretrained on. The rules are told in pieces.ts. */
export { drawingDialogue } from './drawing.ts'
export type { Dialogue, Piece } from './pieces.ts'
export { LOOKS, MIXED, seeingDialogue } from './seeing.ts'
export { textDialogue } from './talking.ts'
