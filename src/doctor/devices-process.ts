/**
 * The process in which `familiar doctor` tries the devices, and plans a model's weights for the one that is chosen: drivers
 * write to stderr as they like, and a broken one may end the process. Sends one `DevicesFound` to its parent.
 */
import { chooseDevice, type DeviceReport, probeDevices } from '../../engine/runtime/devices.ts'
import { parseConfig } from '../config.ts'
import { type Finding, findWeights } from './weights.ts'

export interface DevicesFound {
  reports: DeviceReport[]
  /** The engine's choice in a sentence, or why it has none. */
  choice: Finding
  /** Its weights, where the model is there. */
  weights?: Finding
}

const config = parseConfig(process.env)
const reports = await probeDevices()
const found = await chooseDevice(config.device).then(
  async ({ device, reason }): Promise<Omit<DevicesFound, 'reports'>> => ({
    choice: { ok: true, sentence: `chosen: ${device}, ${reason}` },
    weights: await findWeights(config, device),
  }),
  (error: Error) => ({ choice: { ok: false, sentence: error.message } }),
)
process.send?.({ reports, ...found } satisfies DevicesFound)
