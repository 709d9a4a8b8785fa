import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { openSafetensors } from '../checkpoints/safetensors.ts'
import { gradients } from '../graph/gradients.ts'
import { Graph, type Value } from '../graph/graph.ts'
import { mul, reduceSum } from '../graph/operators/index.ts'
import { createRandom } from '../random.ts'
import { createSession, float32, int64, type Tensor } from '../runtime/session.ts'
import { readChameleonConfig } from './chameleon/config.ts'
import { codeSide, decodePicture, encodePicture, lookUpCodes, nearestCodes, type VqConfig } from './vq.ts'
import { checkpointWeights, under } from './weights.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

async function open(name: string) {
  const folder = golden(name)
  const [checkpoint, { vq }] = [await openCheckpoint(folder), await readChameleonConfig(folder)]
  const input = await openSafetensors(`${folder}/input.safetensors`)
  const expected = await openSafetensors(`${folder}/expected.safetensors`)
  return { folder, checkpoint, vq, input, expected }
}

describe('the VQ tokeniser, against PyTorch', () => {
  it.each(['chameleon-a', 'chameleon-b', 'chameleon-c', 'chameleon-d'])('finds the codes of %s', async name => {
    const { folder, checkpoint, vq, input, expected } = await open(name)
    const graph = new Graph()
    const weights = under('model.vqmodel.', checkpointWeights(graph, checkpoint))
    const picture = graph.input('picture', 'float32', ['B', 3, vq.resolution, vq.resolution])
    graph.output('codes', nearestCodes(vq, weights, encodePicture(vq, weights, picture)))
    const session = await createSession(graph, { weightsFolder: folder })
    const one = await input.readFloat32('image')
    const image = Float32Array.of(...one, ...one)
    const { codes } = await session.run({ picture: float32(image, [2, 3, vq.resolution, vq.resolution]) })
    const wanted = (await expected.read('image_codes')) as BigInt64Array
    expect(codes?.shape).toEqual([2, wanted.length])
    expect(codes?.data).toEqual(BigInt64Array.of(...wanted, ...wanted))
    await session.close()
  })

  it.each(['chameleon-a', 'chameleon-b', 'chameleon-c'])('draws the pixels of %s', async name => {
    const { folder, checkpoint, vq, input, expected } = await open(name)
    const graph = new Graph()
    const weights = under('model.vqmodel.', checkpointWeights(graph, checkpoint))
    const codes = graph.input('codes', 'int64', ['B', codeSide(vq) ** 2])
    graph.output('pixels', decodePicture(vq, weights, lookUpCodes(vq, weights, codes)))
    const session = await createSession(graph, { weightsFolder: folder })
    const wanted = await expected.readFloat32('pixels')
    const data = (await input.read('codes')) as BigInt64Array
    const { pixels } = await session.run({ codes: int64(data, [1, data.length]) })
    expect(pixels?.shape).toEqual([1, 3, vq.resolution, vq.resolution])
    const difference = Math.max(...wanted.map((value, i) => Math.abs(value - Number(pixels?.data[i]))))
    expect(difference).toBeLessThan(1 / 255)
    await session.close()
  })
})

describe('the VQ tokeniser in training', () => {
  const vq: VqConfig = {
    codes: 5,
    codeWidth: 3,
    latentChannels: 4,
    resolution: 4,
    inChannels: 3,
    outChannels: 3,
    baseChannels: 4,
    channelMultiplier: [1, 2],
    blocks: 1,
    attentionResolutions: [2],
    middleAttention: true,
    normGroups: 2,
  }

  it('has gradients that agree with finite differences for weights of every kind', async () => {
    const graph = new Graph()
    const values = new Map<string, Value>()
    const feeds: Record<string, Tensor<Float32Array>> = {}
    const random = createRandom('vq')
    const tensor = (shape: readonly number[]) => {
      const size = shape.reduce((product, length) => product * length, 1)
      return float32(
        Float32Array.from({ length: size }, () => 0.5 * random.normal()),
        shape,
      )
    }
    const weights = (key: string, shape: readonly number[]) => {
      const known = values.get(key)
      if (known) return known
      const value = graph.input(key, 'float32', shape)
      values.set(key, value)
      feeds[key] = tensor(shape)
      return value
    }
    const picture = graph.input('picture', 'float32', [2, 3, 4, 4])
    const target = graph.input('target', 'float32', [2, 3, 4, 4])
    feeds.picture = tensor([2, 3, 4, 4])
    feeds.target = tensor([2, 3, 4, 4])
    const decoded = decodePicture(vq, weights, encodePicture(vq, weights, picture))
    const loss = graph.output('loss', reduceSum(mul(decoded, target)))
    const kinds = [
      'encoder.conv_in.weight',
      'encoder.down.0.block.0.norm1.weight',
      'encoder.down.0.downsample.conv.weight',
      'encoder.down.1.block.0.nin_shortcut.weight',
      'encoder.down.1.attn.0.q.weight',
      'quant_conv.bias',
      'decoder.mid.attn_1.v.weight',
      'decoder.up.1.upsample.conv.weight',
      'decoder.norm_out.bias',
      'decoder.conv_out.weight',
    ]
    const found = gradients(
      loss,
      kinds.map(key => values.get(key) as Value),
    )
    for (const [i, value] of found.entries()) graph.output(`gradient ${kinds[i]}`, value)
    const session = await createSession(graph)
    const results = await session.run(feeds)
    const lossAt = async () => Number((await session.run(feeds, ['loss'])).loss?.data[0])
    for (const key of kinds) {
      const data = (feeds[key] as Tensor<Float32Array>).data
      const gradient = results[`gradient ${key}`]?.data as Float32Array
      // Along the gradient itself the derivative is its length: one number that a wrong element would change.
      const length = Math.hypot(...gradient)
      const start = data.slice()
      const step = 0.01
      const move = (by: number) => data.set(start.map((value, i) => value + (by * (gradient[i] as number)) / length))
      move(step)
      const above = await lossAt()
      move(-step)
      const below = await lossAt()
      data.set(start)
      const slope = (above - below) / (2 * step)
      expect(Math.abs(slope - length) / length, key).toBeLessThan(0.01)
    }
    await session.close()
  })
})
