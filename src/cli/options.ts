import { InvalidArgumentError } from 'commander'

/** A parser for whole numbers from `minimum` on; commander puts the option's name before its message. */
export function wholeNumber(minimum: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value
    throw new InvalidArgumentError(`Expected a whole number from ${minimum} on.`)
  }
}

/** A parser for numbers above zero, fractions included. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}
