/** What a test lets go wrong, by method. */
import type { Fault, Faults } from './types.ts'

export class FaultList implements Faults {
  #waiting: { method: string; fault: Fault; times: number }[] = []

  inject(method: string, fault: Fault, times = 1): void {
    this.#waiting.push({ method, fault, times })
  }

  clear(): number {
    const left = this.#waiting.reduce((sum, { times }) => sum + times, 0)
    this.#waiting = []
    return left
  }

  /** The fault that this call suffers, if any. */
  take(method: string): Fault | undefined {
    const found = this.#waiting.find(each => each.method === method || each.method === '*')
    if (!found) return undefined
    found.times--
    if (found.times <= 0) this.#waiting = this.#waiting.filter(each => each !== found)
    return found.fault
  }
}
