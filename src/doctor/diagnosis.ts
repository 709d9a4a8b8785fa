/**
 * What `familiar doctor` looks at. Every check says what it found and, where something is wrong, what to do about it.
 */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rmdir, stat, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { DeviceReport } from '../../engine/runtime/devices.ts'
import { type Config, loadConfig, projectRoot } from '../config.ts'
import type { DevicesFound } from './devices-process.ts'

export interface Check {
  name: string
  /** `note`: works, but could be better; `problem`: Familiar does not work until it is mended. */
  status: 'ok' | 'note' | 'problem'
  found: string
  /** What to do, for a note or a problem. */
  advice?: string
}

/** The dependencies run from this Node release on (the strictest is vite, for the tests). */
const testedNode = [20, 19] as const
const comfortableDisk = 2 * 2 ** 30
const necessaryDisk = 200 * 2 ** 20

/** Runs every check, in the order in which a person would mend things. */
export async function diagnose(): Promise<Check[]> {
  const checks = [checkNode(process.versions.node), await checkRuntime()]
  let config: Config
  try {
    config = loadConfig()
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return [
      ...checks,
      { name: 'settings', status: 'problem', found: error.message, advice: 'correct the variable or .env' },
    ]
  }
  checks.push({ name: 'settings', status: 'ok', found: `DEVICE=${config.device}, MODEL=${config.model}` })
  checks.push(...(await checkDevices()))
  checks.push(...(await checkModel(config.model)))
  checks.push(await checkDataFolder(config.dataDir), await checkDisk(config.dataDir))
  return checks
}

export function checkNode(version: string): Check {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  const found = `Node ${version}`
  if (major > testedNode[0] || (major === testedNode[0] && minor >= testedNode[1]))
    return { name: 'node', status: 'ok', found }
  return {
    name: 'node',
    status: 'note',
    found,
    advice: `update to Node ${testedNode.join('.')} or newer, which the tests need`,
  }
}

async function checkRuntime(): Promise<Check> {
  const manifest = join(projectRoot, 'node_modules', 'onnxruntime-node', 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  return { name: 'runtime', status: 'ok', found: `onnxruntime-node ${version}` }
}

/** One line for each device that this system could have, and one for the choice that the engine makes among them. */
async function checkDevices(): Promise<Check[]> {
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
  const { reports, choice } = answer
  const chosen: Check = { name, status: 'ok', found: choice.sentence }
  if (!choice.ok) Object.assign(chosen, { status: 'problem', advice: 'set DEVICE=auto' })
  return [...reports.filter(isOfThisSystem).map(judgeDevice), chosen]
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

/** A damaged or missing file is a problem; files that SHA256SUMS names are compared with it. */
export async function checkModel(folder: string): Promise<Check[]> {
  const name = 'model'
  const restore = 'restore it with git checkout, train it with familiar pretrain, or set MODEL to another folder'
  try {
    await openCheckpoint(folder)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return [{ name, status: 'problem', found: error.message, advice: restore }]
  }
  const expected = await readChecksums(join(folder, 'SHA256SUMS'))
  const present = (await readdir(folder)).filter(file => /\.(safetensors|json)$/.test(file))
  const files = [...new Set(['config.json', 'tokenizer.json', ...present, ...expected.keys()])].sort()
  return Promise.all(
    files.map(async (file): Promise<Check> => {
      const path = join(folder, file)
      if (!existsSync(path))
        return { name, status: 'problem', found: `${file} is missing in ${folder}`, advice: restore }
      const [sum, { size }] = await Promise.all([sha256(path), stat(path)])
      const found = `${file}, ${megabytes(size)}, sha256 ${sum.slice(0, 12)}`
      const wanted = expected.get(file)
      if (wanted === undefined || wanted === sum) return { name, status: 'ok', found }
      return { name, status: 'problem', found: `${found}, but SHA256SUMS says ${wanted.slice(0, 12)}`, advice: restore }
    }),
  )
}

/** The file format of the command `sha256sum`: `<hex>  <name>` lines. */
async function readChecksums(path: string): Promise<Map<string, string>> {
  if (!existsSync(path)) return new Map()
  const lines = (await readFile(path, 'utf8')).matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)
  return new Map([...lines].map(([, sum, file]) => [file!, sum!]))
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Writes rather than asks: the superuser has every right, even on a file system that is read-only. */
export async function checkDataFolder(folder: string): Promise<Check> {
  const name = 'data folder'
  const ancestor = existingAncestor(folder)
  try {
    await rmdir(await mkdtemp(join(ancestor, '.familiar-')))
    return { name, status: 'ok', found: ancestor === folder ? `${folder} is writable` : `${folder} will be created` }
  } catch {
    const advice = 'give this user the right to write there, or set DATA_DIR to another folder'
    return { name, status: 'problem', found: `${ancestor} is not a writable folder`, advice }
  }
}

async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(existingAncestor(folder))
  return judgeDisk(bavail * bsize, folder)
}

export function judgeDisk(freeBytes: number, folder: string): Check {
  const check = { name: 'disk', found: `${megabytes(freeBytes)} free for ${folder}` }
  const advice = 'free some space or set DATA_DIR to a larger disk'
  if (freeBytes < necessaryDisk) return { ...check, status: 'problem', advice }
  if (freeBytes < comfortableDisk) return { ...check, status: 'note', advice }
  return { ...check, status: 'ok' }
}

function existingAncestor(path: string): string {
  return existsSync(path) ? path : existingAncestor(dirname(path))
}

function megabytes(bytes: number): string {
  const megabyte = 2 ** 20
  return bytes < 10 * 1024 * megabyte
    ? `${(bytes / megabyte).toFixed(1)} MiB`
    : `${Math.round(bytes / megabyte / 1024)} GiB`
}
