/** A learning step's memory as a table for people: planned beside used. */
import { formName, type LearningMemoryReport, type LengthFigures } from './learning-memory.ts'
import { aligned, gigabytes, modelLines, percent, type Row, time } from './table.ts'

export function learningMemoryTable({ machine, model, kind, steps }: LearningMemoryReport): string {
  return [
    ...modelLines(machine, model),
    '',
    `${kind}: one learning step on a drawing`,
    ...aligned(steps.map(row)),
  ].join('\n')
}

function row({ positions, recomputes, plannedBytes, used }: LengthFigures): Row {
  const what = `${positions} positions, layers ${formName(recomputes)}`
  const planned = `planned ${gigabytes(plannedBytes)}`
  if (!used) return [what, 'left out', `${planned}, which is not free`]
  return [what, gigabytes(used.peakBytes), `${planned}, ${percent(plannedBytes / used.peakBytes)} of it; ${time(used)}`]
}
