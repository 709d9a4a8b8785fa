/** What of an error may stand in a log: its name, its code and where it came from, and nothing that anybody wrote. */
export function withoutContent(error: unknown): { error: string; code?: string; at?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error }
  const { code } = error as { code?: unknown }
  const at = error.stack?.split('\n').filter(line => /^\s+at /.test(line))
  return {
    error: error.name,
    ...(typeof code === 'string' && { code }),
    ...(at && { at: at.slice(0, 8).map(line => line.trim()) }),
  }
}
