/** This machine's clock, against the platforms' own: what is signed with a wrong time is refused. */
import { type Check, judge } from './check.ts'

/** Seconds by which clocks may differ. */
const tolerance = 30

/** @param url any address of a server whose clock is right; it need not answer with success */
export async function checkClock(url: string): Promise<Check | undefined> {
  const before = Date.now()
  let date: string | null
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(10_000) })
    date = response.headers.get('date')
  } catch {
    // That the server is not reached is said where it is needed.
    return undefined
  }
  const there = Date.parse(date ?? '')
  return Number.isNaN(there) ? undefined : judgeClock((before + Date.now()) / 2 - there, new URL(url).hostname)
}

/** @param ahead milliseconds by which this machine's clock is ahead */
export function judgeClock(ahead: number, host: string): Check {
  const { ok, note } = judge('clock')
  const seconds = Math.round(Math.abs(ahead) / 1000)
  if (seconds <= tolerance) return ok(`within ${tolerance} s of ${host}'s`)
  return note(
    `${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ${host}'s`,
    'have it set by the network, for example with: timedatectl set-ntp true',
  )
}
