/** The devices that the engine could run on, tried in a process of their own. */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { DeviceReport } from '../../engine/runtime/devices.ts'
import type { Check } from './check.ts'
import type { DevicesFound } from './devices-process.ts'
import type { Finding } from './weights.ts'

/**
 * One line for each device that this system could have, one for the choice that the engine makes among them, and one for the
 * model's weights there.
 */
export async function checkDevices(): Promise<Check[]> {
  const name = 'device'
  const child = fork(fileURLToPath(new URL('./devices-process.ts', import.meta.url)), {
    execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const answer = await new Promise<DevicesFound | string>(resolve => {
    child.once('message', message => resolve(message as DevicesFound))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  if (typeof answer === 'string') {
    const found = `trying the devices ended the process with ${answer}`
    return [{ name, status: 'problem', found, advice: 'update or remove the GPU driver, or set DEVICE=cpu' }]
  }
  const { reports, choice, weights } = answer
  const chosen: Check = { name, status: 'ok', found: choice.sentence }
  if (!choice.ok) Object.assign(chosen, { status: 'problem', advice: 'set DEVICE=auto' })
  return [...reports.filter(isOfThisSystem).map(judgeDevice), chosen, ...(weights ? [judgeWeights(weights)] : [])]
}

function judgeWeights({ ok, sentence }: Finding): Check {
  if (ok) return { name: 'weights', status: 'ok', found: sentence }
  const advice = 'set MODEL to a smaller model, WEIGHTS to auto, or DEVICE to a device with more memory'
  return { name: 'weights', status: 'problem', found: sentence, advice }
}

const advice: Record<DeviceReport['device'], string> = {
  cuda: 'with an NVIDIA GPU, run: ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install',
  webgpu: 'with a GPU, install its driver (Vulkan on Linux, Direct3D 12 on Windows)',
  dml: 'with a GPU, install its Direct3D 12 driver',
  coreml: 'update macOS',
  cpu: 'delete node_modules and run npm start again',
}

function isOfThisSystem({ device }: DeviceReport): boolean {
  const system: Partial<Record<DeviceReport['device'], NodeJS.Platform>> = { dml: 'win32', coreml: 'darwin' }
  return (system[device] ?? process.platform) === process.platform
}

/** A GPU that does not work is worth a note: the CPU still does. */
export function judgeDevice({ device, usable, reason }: DeviceReport): Check {
  if (usable) return { name: 'device', status: 'ok', found: `${device} ${reason}` }
  const status = device === 'cpu' ? 'problem' : 'note'
  return { name: 'device', status, found: `${device} is not usable: ${reason}`, advice: advice[device] }
}
