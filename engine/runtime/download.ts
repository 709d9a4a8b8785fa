/** Brings what lies on a device here. The binding's own way ends the process, so a graph that does nothing returns it. */
import { Graph } from '../graph/graph.ts'
import type { DeviceTensor } from './device-tensor.ts'
import { createSession, type Session } from './session.ts'

let session: Promise<Session> | undefined

/** Elements of a float32 tensor with four axes. It is left where it is. */
export async function download(tensor: DeviceTensor): Promise<Float32Array> {
  session ??= createSession(sameGraph(), { device: 'webgpu' })
  const { y } = await (await session).run({ x: tensor })
  return y?.data as Float32Array
}

function sameGraph(): Graph {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['A', 'B', 'C', 'D'])
  graph.output('y', x)
  return graph
}
