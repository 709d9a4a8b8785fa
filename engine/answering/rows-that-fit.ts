/** How many sequences lie side by side in a run: each brings keys and values, with a large model hundreds of megabytes. */
import { freemem } from 'node:os'

/** Of the memory that is free, which a run's keys and values may take. */
const memoryShare = 0.5

/**
 * @param bytesEach of a row's keys and values
 * @param freeMemory bytes; a test brings its own
 * @returns at least one: a run of fewer is none
 */
export const rowsThatFit = (bytesEach: number, freeMemory: number = freemem()): number =>
  Math.max(1, Math.floor((memoryShare * freeMemory) / bytesEach))
