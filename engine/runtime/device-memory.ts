/** How much memory a device has. */
import { execFile } from 'node:child_process'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Device } from './session.ts'

/** Bytes, or nothing where it cannot be told. */
export async function deviceMemory(device: Device): Promise<number | undefined> {
  // Apple's GPUs share it.
  if (device === 'cpu' || device === 'coreml' || process.platform === 'darwin') return systemMemory()
  return nvidiaMemory()
}

/** What this process may use: of the machine, or of its container. */
export function systemMemory(limit: number = process.constrainedMemory?.() ?? 0): number {
  const whole = totalmem()
  return limit > 0 && limit < whole ? limit : whole
}

async function nvidiaMemory(): Promise<number | undefined> {
  try {
    const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits']
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 5000 })
    return parseMebibytes(stdout)
  } catch {
    return undefined
  }
}

/** The first GPU's, which is the one that is used. */
export function parseMebibytes(text: string): number | undefined {
  const mebibytes = Number.parseInt(text, 10)
  return mebibytes > 0 ? mebibytes * 2 ** 20 : undefined
}
