/** What `familiar doctor` says of one thing that it has looked at. */
export interface Check {
  readonly name: string
  /** `note`: works, but could be better; `problem`: does not work until it is mended. */
  readonly status: 'ok' | 'note' | 'problem'
  readonly found: string
  /** What to do, for a note or a problem. */
  readonly advice?: string
}

/** The judgements on one thing. */
export const judge = (name: string) => ({
  ok: (found: string): Check => ({ name, status: 'ok', found }),
  note: (found: string, advice: string): Check => ({ name, status: 'note', found, advice }),
  problem: (found: string, advice: string): Check => ({ name, status: 'problem', found, advice }),
})

/** The first few of a long list: `#general, #cats and 3 more`. */
export function few(names: readonly string[], most = 5): string {
  const more = names.length - most
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ')
}
