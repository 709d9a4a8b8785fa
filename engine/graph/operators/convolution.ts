/** Convolutions and resampling of pictures [B, C, H, W]. */
import { type Dim, known, type Value } from '../graph.ts'
import { mul } from './elementwise.ts'
import { matmul, swapLast } from './product.ts'
import { reduceSum } from './reduction.ts'
import { concat, pad, reshape, reverse, transpose } from './shape.ts'

export interface ConvolutionOptions {
  readonly stride?: number
  /** Zeros added at [top, left, bottom, right]. */
  readonly pads?: readonly [number, number, number, number]
}

/** x [B, I, H, W] convolved with weight [O, I, h, w], plus bias [O]. */
export function conv2d(
  x: Value,
  weight: Value,
  bias?: Value,
  { stride = 1, pads = [0, 0, 0, 0] }: ConvolutionOptions = {},
): Value {
  const [batch, channels, height, width] = x.shape as [Dim, Dim, Dim, Dim]
  const [out, channelsOfWeight, h, w] = weight.shape.map(known) as [number, number, number, number]
  if (x.shape.length !== 4 || channels !== channelsOfWeight) {
    throw new Error(
      `Expected x [B, ${channelsOfWeight}, H, W] for a weight [${weight.shape}] but received [${x.shape}]`,
    )
  }
  const [top, left, bottom, right] = pads
  const strided = (length: Dim, kernel: number, padding: number): Dim => {
    if (typeof length === 'number') return Math.floor((length + padding - kernel) / stride) + 1
    return stride === 1 && padding === kernel - 1 ? length : `${length}/${stride}`
  }
  const [outHeight, outWidth] = [strided(height, h, top + bottom), strided(width, w, left + right)]
  const shape = [batch, out, outHeight, outWidth]
  const attributes = { kernel_shape: [h, w], strides: [stride, stride], pads }
  return x.graph.add('Conv', [x, weight, ...(bias ? [bias] : [])], [{ dtype: x.dtype, shape }], {
    attributes,
    gradient:
      () =>
      ([dy], wanted) => [
        wanted[0] ? inputGradient(dy as Value) : undefined,
        wanted[1] ? weightGradient(dy as Value) : undefined,
        wanted[2] ? reduceSum(dy as Value, [0, 2, 3]) : undefined,
      ],
  })[0] as Value

  /** At stride 1 a convolution with the reversed kernel; else the transposed convolution. */
  function inputGradient(dy: Value): Value {
    if (stride === 1) {
      const reversed = reverse(transpose(weight, [1, 0, 2, 3]), [2, 3])
      return conv2d(dy, reversed, undefined, { pads: [h - 1 - top, w - 1 - left, h - 1 - bottom, w - 1 - right] })
    }
    const lost = (length: Dim, kernel: number, padding: number) => (known(length) + padding - kernel) % stride
    const outputPadding = [lost(height, h, top + bottom), lost(width, w, left + right)]
    return x.graph.add('ConvTranspose', [dy, weight], [x], {
      attributes: { kernel_shape: [h, w], strides: [stride, stride], pads, output_padding: outputPadding },
    })[0] as Value
  }

  /** Σ over pictures of columns(x) · dyᵀ, where the columns are the h·w shifted views of x. */
  function weightGradient(dy: Value): Value {
    const positions = known(outHeight) * known(outWidth)
    const rows = h * w * known(channels)
    const padded = pad(pad(x, 2, top, bottom), 3, left, right)
    const views = Array.from({ length: h * w }, (_, i) => window(padded, Math.floor(i / w), i % w))
    const columns = reshape(views.length === 1 ? (views[0] as Value) : concat(views, 1), [batch, rows, positions])
    const product = matmul(columns, swapLast(reshape(dy, [batch, out, positions])))
    const summed = reshape(reduceSum(product, [0]), [h, w, known(channels), out])
    return transpose(summed, [3, 2, 0, 1])
  }

  /** The elements of `padded` that kernel element (row, column) meets. */
  function window(padded: Value, row: number, column: number): Value {
    if (h === 1 && w === 1 && stride === 1) return padded
    const g = x.graph
    const ends = [row + stride * (known(outHeight) - 1) + 1, column + stride * (known(outWidth) - 1) + 1]
    const inputs = [
      padded,
      g.integers([row, column]),
      g.integers(ends),
      g.integers([2, 3]),
      g.integers([stride, stride]),
    ]
    return g.add('Slice', inputs, [{ dtype: x.dtype, shape: [batch, channels, outHeight, outWidth] }])[0] as Value
  }
}

/** Every pixel twice in both directions: [B, C, H, W] → [B, C, 2H, 2W]. */
export function upsampleNearest2(x: Value): Value {
  const twice = (length: Dim | undefined): Dim => (typeof length === 'number' ? 2 * length : `2${length}`)
  const shape = [x.shape[0] as Dim, x.shape[1] as Dim, twice(x.shape[2]), twice(x.shape[3])]
  const scales = x.graph.constant(Float32Array.of(1, 1, 2, 2), [4])
  return x.graph.add('Resize', [x, undefined, scales], [{ dtype: x.dtype, shape }], {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    gradient:
      () =>
      ([dy]) => {
        const attributes = { kernel_shape: [2, 2], strides: [2, 2] }
        // The sum of each 2 × 2 block is four times its average.
        const average = x.graph.add('AveragePool', [dy as Value], [x], { attributes })[0] as Value
        return [mul(average, 4)]
      },
  })[0] as Value
}
