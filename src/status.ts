/** What the operator's view shows, gathered from everything that runs. */
import { readFile, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ConceptStatus, PlatformStatus, QueueStatus, Status } from '../adapters/web/status.ts'
import type { EngineHost } from '../engine/host/client.ts'
import type { RunningBot } from './bot.ts'
import type { Library } from './concepts/library.ts'
import { projectRoot } from './config.ts'
import type { Tenant } from './conversation/chat.ts'
import type { TeachingQueue } from './jobs/teaching.ts'

export interface StatusParts {
  /** Absolute paths. */
  readonly dataDir: string
  readonly modelFolder: string
  readonly engine: EngineHost
  readonly library: Library
  readonly queue: TeachingQueue
  readonly tenant: Tenant
  readonly platforms: () => readonly PlatformStatus[]
  readonly progressOf: RunningBot['progressOf']
}

export interface StatusReader {
  read(): Promise<Status>
  /** PNG of a concept's sample drawing. */
  sample(concept: string): Promise<Uint8Array | undefined>
  close(): void
}

const manifest = createRequire(import.meta.url)(join(projectRoot, 'package.json'))
const version: string = manifest.version
const runtimeVersion: string = manifest.dependencies['onnxruntime-node']
/** Milliseconds between looks at the event loop. */
const resolution = 10
/** "Of late" is between one and two of these. */
const stallWindow = 60_000

export function createStatus(parts: StatusParts): StatusReader {
  const { dataDir, modelFolder, engine, library, queue, tenant, platforms, progressOf } = parts
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  let before = 0
  const timer = setInterval(() => {
    before = delay.max
    delay.reset()
  }, stallWindow).unref()
  // The histogram counts the interval itself.
  const stall = () => Math.max(0, Math.max(before, delay.max) / 1e6 - resolution)

  const concepts = async (): Promise<ConceptStatus[]> =>
    (await library.list(tenant)).map(record => ({
      id: record.id,
      name: record.name,
      kind: record.kind,
      ownerName: record.ownerName,
      version: record.version,
      taught: record.taught,
      description: record.description,
      scores: { start: record.scores.start.recognition, kept: record.scores.kept.recognition },
      facts: record.facts.length,
      sample: record.sample !== undefined,
      foreign: record.modelFingerprint !== engine.model.fingerprint,
    }))

  const jobs = (): QueueStatus[] =>
    queue.list(tenant).map(({ id, name, by, state }) => ({
      id,
      name,
      by: by.name,
      state,
      position: queue.position(id),
      ...progressOf(id),
    }))

  return {
    async read() {
      const { name, fingerprint, drawnWorldOnly, device, deviceReason } = engine.model
      const { bavail, bsize } = await statfs(dataDir)
      return {
        model: { name, fingerprint, drawnWorldOnly, folder: modelFolder },
        platforms: platforms(),
        device: { name: device, reason: deviceReason },
        queue: jobs(),
        concepts: await concepts(),
        health: {
          uptimeSeconds: process.uptime(),
          memory: { bot: process.memoryUsage.rss(), engine: await residentBytes(engine.pid) },
          stallMs: stall(),
          disk: { free: bavail * bsize, folder: dataDir },
          versions: { familiar: version, node: process.versions.node, 'onnxruntime-node': runtimeVersion },
        },
      }
    },
    async sample(id) {
      const record = (await library.list(tenant)).find(concept => concept.id === id)
      return record && library.sample(tenant, record)
    },
    close() {
      clearInterval(timer)
      delay.disable()
    },
  }
}

/** Of another process; only Linux tells it in a file. */
async function residentBytes(pid: number | undefined): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
