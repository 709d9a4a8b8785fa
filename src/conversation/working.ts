/** Work for somebody who waits: in the fair queue of questions, and shown as under way until it is done. */
import type { Exchange, Person, Place } from './chat.ts'
import type { Services } from './services.ts'

/** Platforms show for about ten seconds that somebody is writing. */
const showAgain = 8_000

export async function working<Result>(
  place: Place,
  from: Person,
  exchange: Exchange,
  { asks, closing }: Services,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const show = () => exchange.busy().catch(() => {})
  await show()
  const timer = setInterval(show, showAgain)
  try {
    return await asks.run(`${place.tenant} ${from.id}`, work, closing)
  } finally {
    clearInterval(timer)
  }
}
