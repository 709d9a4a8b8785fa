/** Which device runs the model: probed by running a tiny session on each, never assumed from a list. */
import { FamiliarError } from '../errors.ts'
import { Graph } from '../graph/graph.ts'
import { cast, matmul } from '../graph/operators/index.ts'
import { createSession, type Device, failureReason, float32 } from './session.ts'
import { hasVulkanDriver } from './vulkan.ts'

/** In the order of preference. */
export const DEVICES: readonly Device[] = ['cuda', 'webgpu', 'dml', 'coreml', 'cpu']

export interface DeviceReport {
  readonly device: Device
  readonly usable: boolean
  /** What happened when it was tried. */
  readonly reason: string
}

/** Tries one device with a product of two small matrices. */
export async function probeDevice(device: Device): Promise<DeviceReport> {
  try {
    const graph = new Graph()
    graph.output('product', matmul(graph.input('a', 'float32', [1, 2]), graph.input('b', 'float32', [2, 1])))
    const session = await createSession(graph, { device })
    const { product } = await session.run({ a: float32([3, 4], [1, 2]), b: float32([5, 6], [2, 1]) })
    await session.close()
    if (product?.data[0] !== 39)
      return { device, usable: false, reason: `computed ${product?.data[0]} where 39 was expected` }
    return { device, usable: true, reason: 'ran a test product correctly' }
  } catch (error) {
    return { device, usable: false, reason: failureReason(error) }
  }
}

/**
 * Whether a device multiplies in fp16, tried with a small product. The CPU does not: its runtime widens such weights as it
 * loads a graph.
 */
export async function computesInHalves(device: Device): Promise<boolean> {
  if (device === 'cpu') return false
  try {
    const graph = new Graph()
    const half = (name: string, shape: readonly number[]) => cast(graph.input(name, 'float32', shape), 'float16')
    graph.output('product', cast(matmul(half('a', [1, 2]), half('b', [2, 1])), 'float32'))
    const session = await createSession(graph, { device })
    const { product } = await session.run({ a: float32([3, 4], [1, 2]), b: float32([5, 6], [2, 1]) })
    await session.close()
    return product?.data[0] === 39
  } catch {
    return false
  }
}

/** Tries all devices, in the order of preference. */
export async function probeDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = []
  for (const device of DEVICES) reports.push(await probeUnasked(device))
  return reports
}

/** Spares a machine without any Vulkan driver the attempt, over which the driver's loader complains on stderr. */
async function probeUnasked(device: Device): Promise<DeviceReport> {
  if (device === 'webgpu' && process.platform === 'linux' && !hasVulkanDriver())
    return { device, usable: false, reason: 'no Vulkan driver is installed' }
  return probeDevice(device)
}

export interface DeviceChoice {
  readonly device: Device
  readonly reason: string
}

/** A device is not trusted any more when it was lost so often. */
const mostLosses = 2

/**
 * The device to use: the one that was asked for, or the first that works.
 *
 * @param lost devices that earlier engines have lost, one entry for each loss. In place of one that was asked for, another
 *   may then serve: who is in the middle of something is better off with it
 * @throws FamiliarError DEVICE_UNUSABLE when the one that was asked for does not work
 */
export async function chooseDevice(
  preference: Device | 'auto' = 'auto',
  lost: readonly Device[] = [],
): Promise<DeviceChoice> {
  if (preference !== 'auto' && !lost.includes(preference)) {
    const report = await probeDevice(preference)
    if (report.usable)
      return { device: preference, reason: `DEVICE=${preference} asks for it, and it ${report.reason}` }
    throw new FamiliarError(
      'DEVICE_UNUSABLE',
      `Expected DEVICE=${preference} to be usable but it is not: ${report.reason}`,
    )
  }
  const failures: string[] = []
  const order = preference === 'auto' ? DEVICES : [preference, ...DEVICES.filter(device => device !== preference)]
  for (const device of order) {
    if (lost.filter(one => one === device).length >= mostLosses) continue
    const report = await probeUnasked(device)
    if (report.usable) {
      const others = failures.length > 0 ? [`not usable: ${failures.join(', ')}`] : []
      const gone = [...new Set(lost)].map(one => lossOf(one, lost))
      const remarks = [...others, ...gone]
      return { device, reason: `first that ${report.reason}${remarks.length > 0 ? ` (${remarks.join('; ')})` : ''}` }
    }
    failures.push(device)
  }
  throw new FamiliarError('DEVICE_UNUSABLE', 'Expected at least the CPU to be usable but no device ran a test product')
}

function lossOf(device: Device, lost: readonly Device[]): string {
  const times = lost.filter(one => one === device).length
  return times < mostLosses
    ? `${device} was lost while it computed`
    : `${device} was lost ${times} times and is left alone until the next start`
}
