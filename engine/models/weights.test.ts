import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { codesKey, dequantise, scalesKey } from '../checkpoints/conversion/blocks.ts'
import { convertCheckpoint } from '../checkpoints/conversion/convert-checkpoint.ts'
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '../checkpoints/half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../checkpoints/safetensors.ts'
import { gradients } from '../graph/gradients.ts'
import { Graph } from '../graph/graph.ts'
import { linear, mul, reduceSum } from '../graph/operators/index.ts'
import { createSession, type Device, float32 } from '../runtime/session.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { checkpointWeights } from './weights.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'weights-'))
})
afterAll(() => rm(scratch, { recursive: true }))

type Awaitable<T> = T | Promise<T>

const difference = (actual: Float32Array, expected: Float32Array) =>
  Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / Math.max(...expected.map(Math.abs))

/** The golden model with its tensors stored otherwise. */
async function restored(
  name: string,
  store: (data: Float32Array, key: string) => { dtype: TensorToWrite['dtype']; data: Awaitable<TensorToWrite['data']> },
): Promise<string> {
  const folder = join(scratch, name)
  await mkdir(folder)
  await copyFile(join(golden, 'config.json'), join(folder, 'config.json'))
  const file = await openSafetensors(join(golden, 'model.safetensors'))
  const tensors: Record<string, TensorToWrite> = {}
  for (const [key, { shape }] of file.tensors) {
    const { dtype, data } = store(await file.readFloat32(key), key)
    tensors[key] = { dtype, shape, data: await data }
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

async function logitsOf(folder: string): Promise<Float32Array> {
  const model = await Chameleon.open(folder, { device: 'cpu', threads: 1 })
  const { logits } = await model.language.read(model.language.cache(), [[5, 80, 100, 7]], undefined, 'all')
  await model.close()
  return logits
}

describe('checkpointWeights', () => {
  it.each([
    ['F16', float32ToFloat16, float16ToFloat32],
    ['BF16', float32ToBfloat16, bfloat16ToFloat32],
  ] as const)('computes with %s files as with their numbers in F32', async (dtype, narrow, widen) => {
    const half = await restored(dtype, data => ({ dtype, data: narrow(data) }))
    const full = await restored(`${dtype} in F32`, data => ({ dtype: 'F32', data: widen(narrow(data)) }))
    expect(await logitsOf(half)).toEqual(await logitsOf(full))
    expect(await logitsOf(half)).not.toEqual(await logitsOf(golden))
  })

  it.each(['int4', 'int8'] as const)(
    'learns through %s weights as through the numbers that they stand for',
    async kind => {
      const quantised = await convertCheckpoint({ folder: golden, cacheFolder: join(scratch, kind), kind })
      const checkpoint = await openCheckpoint(quantised)
      const values = async (key: string) => {
        if (checkpoint.has(key)) return checkpoint.readFloat32(key)
        const codes = await checkpoint.readBytes(codesKey(key))
        return dequantise({ codes, scales: await checkpoint.readFloat32(scalesKey(key)) }, kind)
      }
      const plain = await restored(`${kind} written out`, (_, key) => ({ dtype: 'F32', data: values(key) }))

      const rows = Float32Array.from({ length: 3 * 32 }, (_, i) => Math.sin(i) / 5)
      const learn = async (folder: string) => {
        const model = await Chameleon.open(folder, { device: 'cpu', threads: 1 })
        const labels = [-100, -100, 100, 7, 192, 193]
        const learned = await model.language.learn([{ ids: [5, 80, 100, 192, 193, 194], labels }], {
          rows,
          headRows: rows,
        })
        await model.close()
        return learned
      }
      const [actual, expected] = [await learn(quantised), await learn(plain)]
      expect(difference(actual.losses, expected.losses)).toBeLessThan(1e-5)
      expect(difference(actual.rowGradient, expected.rowGradient)).toBeLessThan(1e-4)
      expect(difference(actual.headRowGradient, expected.headRowGradient)).toBeLessThan(1e-4)
      // Nor are they the unquantised model's by chance.
      expect(difference(actual.rowGradient, (await learn(golden)).rowGradient)).toBeGreaterThan(1e-3)

      // Answers round what they multiply too.
      expect(difference(await logitsOf(quantised), await logitsOf(plain))).toBeLessThan(0.05)
    },
  )

  it('widens a large weight some rows after others where weights stay in their file', async () => {
    const folder = await restored('pieces', data => ({ dtype: 'BF16', data: float32ToBfloat16(data) }))
    const checkpoint = await openCheckpoint(folder)
    const x = Float32Array.from({ length: 2 * 32 }, (_, i) => Math.sin(i))
    const run = async (mostWidened: number, device: Device) => {
      const graph = new Graph()
      graph.mapsWeights = true
      graph.mostWidened = mostWidened
      const head = checkpointWeights(graph, checkpoint, device)('lm_head.weight', [192, 32])
      const input = graph.input('x', 'float32', ['N', 32])
      const y = graph.output('y', linear(input, head))
      graph.output('dx', gradients(reduceSum(mul(y, y)), [input])[0]!)
      const session = await createSession(graph, { threads: 1, weightsFolder: checkpoint.root, mapWeights: true })
      const { y: out, dx } = await session.run({ x: float32(x, [2, 32]) })
      await session.close()
      const products = graph.nodes.filter(({ type }) => type === 'Gemm').length
      return { y: out!.data as Float32Array, dx: dx!.data as Float32Array, products }
    }
    const whole = await run(192 * 32, 'cpu')
    // 50 rows, and 42 of them left.
    const pieces = await run(50 * 32 + 1, 'cpu')
    expect([whole.products, pieces.products]).toEqual([1, 4])
    expect(difference(pieces.y, whole.y)).toBeLessThan(1e-6)
    expect(difference(pieces.dx, whole.dx)).toBeLessThan(1e-6)
    // Other devices would hold them beside the whole.
    expect((await run(50 * 32 + 1, 'cuda')).products).toBe(1)
  })

  it('refuses codes of another shape than the configuration says', async () => {
    const folder = await convertCheckpoint({ folder: golden, cacheFolder: join(scratch, 'shape'), kind: 'int4' })
    const weights = checkpointWeights(new Graph(), await openCheckpoint(folder))
    expect(() => weights('model.layers.0.mlp.up_proj.weight', [64, 64])).toThrow(
      /Expected codes and scales of \[64,64\] for tensor "model.layers.0.mlp.up_proj.weight" .* but received U8 \[64,1,16\]/,
    )
  })

  it('refuses a tensor of another shape or type', async () => {
    const weights = checkpointWeights(new Graph(), await openCheckpoint(golden))
    const message = /Expected F32, F16 or BF16 \[31\] for tensor "model.norm.weight" .* but received F32 \[32\]/
    expect(() => weights('model.norm.weight', [31])).toThrow(message)
    expect(() => weights('model.no.weight', [31])).toThrow('Expected a tensor named "model.no.weight"')
    const whole = await restored('I32', data => ({ dtype: 'I32', data: Int32Array.from(data) }))
    await expect(logitsOf(whole)).rejects.toThrow(/but received I32 \[/)
  })
})
