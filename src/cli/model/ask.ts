/** A question to who sits at the terminal. */
import { createInterface } from 'node:readline/promises'

interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** Not stdout, so that `--json` output stays JSON. */
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

const terminalOfProcess = (): Terminal => ({ input: process.stdin, output: process.stderr })

/** Where nobody sits there, and where the input ends, the answer is no. */
export async function ask(question: string, signal?: AbortSignal, terminal = terminalOfProcess()): Promise<boolean> {
  const { input, output } = terminal
  if (!input.isTTY || !output.isTTY) return false
  const lines = createInterface({ input, output })
  // Ctrl-C at the question is one like any other.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const ended = new Promise<string>(resolve => lines.once('close', () => resolve('')))
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
