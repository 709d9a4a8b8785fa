/**
 * The process in which `familiar doctor` tries the devices: drivers write to stderr as they like, and a broken one may
 * end the process. Sends one `DevicesFound` to its parent.
 */
import { chooseDevice, type DeviceReport, probeDevices } from '../../engine/runtime/devices.ts'
import { parseConfig } from '../config.ts'

export interface DevicesFound {
  reports: DeviceReport[]
  /** The engine's choice in a sentence, or why it has none. */
  choice: { ok: boolean; sentence: string }
}

const reports = await probeDevices()
const choice = await chooseDevice(parseConfig(process.env).device).then(
  ({ device, reason }) => ({ ok: true, sentence: `chosen: ${device}, ${reason}` }),
  (error: Error) => ({ ok: false, sentence: error.message }),
)
process.send?.({ reports, choice } satisfies DevicesFound)
