/** What Familiar stands on: Node, ONNX Runtime, a folder to write in and room on its disk. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rmdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { projectRoot } from '../config.ts'
import type { Check } from './check.ts'
import { megabytes } from './sizes.ts'

/** The dependencies run from this Node release on (the strictest is vite, for the tests). */
const testedNode = [20, 19] as const
const comfortableDisk = 2 * 2 ** 30
const necessaryDisk = 200 * 2 ** 20

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

export async function checkRuntime(): Promise<Check> {
  const manifest = join(projectRoot, 'node_modules', 'onnxruntime-node', 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  return { name: 'runtime', status: 'ok', found: `onnxruntime-node ${version}` }
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

export async function checkDisk(folder: string): Promise<Check> {
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
