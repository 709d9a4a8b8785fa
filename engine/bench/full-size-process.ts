/** A process that measures one part of one model and tells its parent. Forked by `full-size.ts`. */
import { toFailure } from '../host/messages.ts'
import { measureAnswering, measureLearning, measureMachine, type PartOptions } from './full-size-parts.ts'

const parts = { machine: measureMachine, answering: measureAnswering, learning: measureLearning }
export type Part = keyof typeof parts

const [, , part, options] = process.argv as [string, string, Part, string]
process.on('disconnect', () => process.exit())
try {
  process.send!({ figures: await parts[part](JSON.parse(options) as PartOptions) })
} catch (error) {
  process.send!({ failure: toFailure(error) })
}
process.disconnect()
