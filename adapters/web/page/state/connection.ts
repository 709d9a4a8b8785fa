/**
 * The stream of events from the server, kept open: when it breaks (the bot was killed, the laptop slept) it is opened
 * again from the last event that came, so that nothing is missed. Knows nothing of what the events mean.
 */
import type { Events } from '../../wire.ts'

export type ServerEvent = { [Name in keyof Events]: { readonly type: Name; readonly data: Events[Name] } }[keyof Events]

export interface ConnectionListener {
  event(event: ServerEvent): void
  /** Open, or lost and being tried again. */
  state(open: boolean): void
}

const names = ['hello', 'snapshot', 'people', 'message', 'removed', 'busy', 'ping'] satisfies (keyof Events)[]
/** Milliseconds. The server is never silent for half as long. */
const longestSilence = 40_000
const retryAfter = 1000

/** @returns closes it */
export function connect(as: string, listener: ConnectionListener): () => void {
  let source: EventSource
  let last = ''
  let timer: ReturnType<typeof setTimeout>
  let closed = false

  function open() {
    clearTimeout(timer)
    source?.close()
    if (closed) return
    source = new EventSource(`/api/events?${new URLSearchParams({ as, last })}`)
    source.onopen = () => listener.state(true)
    source.onerror = () => {
      listener.state(false)
      // Browsers try again by themselves after some failures and give up after others.
      clearTimeout(timer)
      timer = setTimeout(open, retryAfter)
    }
    for (const name of names)
      source.addEventListener(name, ({ data, lastEventId }) => {
        last = lastEventId || last
        watch()
        listener.event({ type: name, data: JSON.parse(data) } as ServerEvent)
      })
    watch()
  }

  function watch() {
    clearTimeout(timer)
    timer = setTimeout(() => {
      listener.state(false)
      open()
    }, longestSilence)
  }

  const soon = () => document.visibilityState === 'visible' && source.readyState !== EventSource.OPEN && open()
  window.addEventListener('online', soon)
  document.addEventListener('visibilitychange', soon)
  open()
  return () => {
    closed = true
    clearTimeout(timer)
    source.close()
    window.removeEventListener('online', soon)
    document.removeEventListener('visibilitychange', soon)
  }
}
