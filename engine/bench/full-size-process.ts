/** A process that measures one part of one model and tells its parent. Forked by `in-process.ts`. */
import { toFailure } from '../host/messages.ts'
import { measureAnswering, measureDrawingLesson, measureMachine, measureQuestionLesson } from './full-size-parts.ts'
import { measureStep } from './learning-memory-part.ts'

const parts = {
  machine: measureMachine,
  answering: measureAnswering,
  drawingLesson: measureDrawingLesson,
  questionLesson: measureQuestionLesson,
  step: measureStep,
}
export type Part = keyof typeof parts
export type OptionsOf<P extends Part> = Parameters<(typeof parts)[P]>[0]
export type FiguresOf<P extends Part> = Awaited<ReturnType<(typeof parts)[P]>>

const [, , part, options] = process.argv as [string, string, Part, string]
process.on('disconnect', () => process.exit())
try {
  process.send!({ figures: await parts[part](JSON.parse(options)) })
} catch (error) {
  process.send!({ failure: toFailure(error) })
}
process.disconnect()
