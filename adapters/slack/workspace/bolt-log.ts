/** Bolt's own log lines on their way into Familiar's: warnings and errors only, without addresses,
 * which carry secrets, and quotations, which carry what people wrote. */
import { type Logger, LogLevel } from '@slack/bolt'
import { withoutContent } from '../../../src/conversation/logging.ts'
import type { Log } from '../../../src/conversation/needs.ts'

export type BoltLog = Logger

const longest = 200

export function boltLog(log: Log): BoltLog {
  const write = (level: 'warn' | 'error') => (first: unknown, second?: unknown) => {
    if (first instanceof Error) return log[level](withoutContent(first), 'Slack’s library reports an error')
    const fields = second instanceof Error ? withoutContent(second) : {}
    const said = String(first)
      .replace(/\w+:\/\/\S+|"[^"]*"?/g, '…')
      .slice(0, longest)
    log[level](fields, `Slack’s library reports: ${said}`)
  }
  return {
    debug() {},
    info() {},
    warn: write('warn'),
    error: write('error'),
    setLevel() {},
    // Below it, the library puts together what nobody reads.
    getLevel: () => LogLevel.WARN,
    setName() {},
  }
}
