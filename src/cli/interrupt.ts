/**
 * Runs work that can end in order: the first Ctrl-C (or SIGTERM) aborts the signal, a second one ends the process at
 * once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCodes[name])
    process.stderr.write('familiar: stopping (once more to stop at once)\n')
    process.exitCode = exitCodes[name]
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** 128 + the signal's number, as shells report it. */
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 }
