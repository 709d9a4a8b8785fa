/** Which words mark the parts of a conversation. How a sequence is put together from them: `answering/prompt.ts`. */

export interface Dialogue {
  /** Before everything. */
  readonly begin: number
  /** Behind everything. */
  readonly end: number
  /** Around the words of a picture. */
  readonly beginPicture: number
  readonly endPicture: number
  /** Behind an answer, and behind everything that one side says where the sides have no marks of their own. */
  readonly endTurn: number
  /** Whether the words' head predicts them; if not, a picture is drawn where somebody says so. */
  readonly predictsPictures: boolean
  /** The word of each code. */
  readonly pictureWords: Int32Array
  /** Words that stand where a template puts them and nowhere else; those of the configuration's vocabulary where left out. */
  readonly special?: ReadonlyMap<string, number>
  /** Set where the sides are told apart by marks. */
  readonly marks?: TurnMarks
}

/** A conversation of marked turns: `begin system user: text assistant: answer end user: …`. */
export interface TurnMarks {
  /** Before the first turn of a conversation, behind `begin`. */
  readonly system: readonly number[]
  /** Before what the user says, behind an answer or the system's words. */
  readonly user: readonly number[]
  /** Behind what the user says; an answer follows. */
  readonly assistant: readonly number[]
  /** Before the first picture that is shown, and behind each. */
  readonly beforePicture: readonly number[]
  readonly afterPicture: readonly number[]
  /** What a text begins with when it follows a mark. */
  readonly lead: string
  /** Stands for each word that drawing without a request leaves out. */
  readonly pad: number
}
