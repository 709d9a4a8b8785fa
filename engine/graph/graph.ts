/**
 * A typed graph of ONNX operators, as it is being built.
 *
 * The graph knows values, the nodes that make them and, for reverse-mode differentiation, a tape of steps with
 * their gradient rules. It knows nothing of single operators (`operators/`), of bytes (`onnx.ts`) or of running (`runtime/`).
 */

/** Element types, and the numbers by which ONNX knows them (TensorProto.DataType). */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const
export type DType = keyof typeof elementTypes
/** A length, or the name of one that is only known when the graph runs ("T"). Equal names are equal lengths. */
export type Dim = number | string
export type Shape = readonly Dim[]

/** A tensor somewhere in a graph. */
export interface Value {
  readonly graph: Graph
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

export type Attribute = number | string | readonly number[] | { readonly float: number }
export type Attributes = Readonly<Record<string, Attribute>>

export interface Node {
  readonly type: string
  readonly domain: string
  /** Names of values; '' stands for an optional input that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
  /** What a Loop runs for each step. */
  readonly body?: LoopBody
}

/**
 * The graph of one step of a loop. Its outputs are, in this order: `goes on` (bool []), what is carried on to the next step, and what is
 * collected of every step. Inputs that are not named here, and weights, are those of the graph around it.
 */
export interface LoopBody {
  readonly graph: Graph
  /** The input that is the step's number, int64 []. */
  readonly step: string
  /** Inputs that are carried from the step before. */
  readonly carried: readonly string[]
}

/** Where a weight's bytes lie in a file beside the model (ONNX external data). */
export interface WeightFile {
  /** Path relative to the folder that is declared when the session is created. */
  readonly location: string
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly length: number
}

/**
 * A vector-Jacobian rule: from the gradients of a step's outputs (undefined where the loss does not depend on
 * one) to the gradients of its inputs. `wanted[i]` tells whether input i's is needed; others may be left undefined.
 */
export type GradientRule = (dy: readonly (Value | undefined)[], wanted: readonly boolean[]) => (Value | undefined)[]

/** One entry of the tape: what differentiation sees, be it one node or several that have a rule together. */
export interface Step {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly gradient?: GradientRule
}

export type TensorData = Float32Array | Float64Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array
export interface Initializer {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorData | WeightFile
}

/** As of `Graph`: a head's would be gigabytes. */
export const mostWidened = 2 ** 26

export class Graph {
  readonly nodes: Node[] = []
  readonly tape: Step[] = []
  readonly inputs = new Map<string, Value>()
  readonly outputs = new Map<string, Value>()
  readonly initializers = new Map<string, Initializer>()
  /**
   * Products with quantised weights may round what they multiply to 8 bits, and of those that can be scanned only the largest results
   * be exact: for graphs from which nothing is learned.
   */
  roundsProducts = false
  /**
   * Weights stay where they lie: those that are stored in 16 bits are widened for one product at a time. For a graph that runs beside
   * another with the same weights, with `mapWeights` of the session.
   */
  mapsWeights = false
  /** Numbers of a weight that are widened at once there; of one with more, some rows after others. */
  mostWidened = mostWidened
  readonly #constants = new Map<string, Value>()
  #count = 0

  /** A tensor that is fed at every run. */
  input(name: string, dtype: DType, shape: Shape): Value {
    if (this.inputs.has(name) || this.initializers.has(name)) {
      throw new Error(`Expected a new name for a graph input but received "${name}" twice`)
    }
    const value: Value = { graph: this, name, dtype, shape }
    this.inputs.set(name, value)
    return value
  }

  /** A tensor whose bytes stay in a file; nothing is read or copied here. */
  weight(name: string, dtype: DType, shape: readonly number[], file: WeightFile): Value {
    if (!this.initializers.has(name)) this.initializers.set(name, { dtype, shape, data: file })
    return { graph: this, name, dtype, shape }
  }

  /** A tensor that is part of the graph. Equal constants are stored once. */
  constant(data: TensorData | number, shape: readonly number[] = [], dtype?: DType): Value {
    const array = typeof data === 'number' ? fill(dtype ?? 'float32', data) : data
    const type = dtype ?? dtypeOf(array)
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== array.length) {
      throw new Error(`Expected ${size} elements for a constant of shape [${shape}] but received ${array.length}`)
    }
    const key = array.length <= 64 ? `${type}[${shape}]${array.join()}` : undefined
    const known = key === undefined ? undefined : this.#constants.get(key)
    if (known) return known
    const value: Value = { graph: this, name: this.#name('constant'), dtype: type, shape }
    this.initializers.set(value.name, { dtype: type, shape, data: array })
    if (key !== undefined) this.#constants.set(key, value)
    return value
  }

  /** int64 constants: what shapes, axes and indices are in ONNX. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.constant(BigInt64Array.from(values, BigInt), shape, 'int64')
  }

  /** Declares a value as a result of the graph under this name. */
  output(name: string, value: Value): Value {
    if (this.outputs.has(name)) throw new Error(`Expected a new name for a graph output but received "${name}" twice`)
    this.outputs.set(name, value)
    return value
  }

  /** Adds one node. `gradient` receives the outputs' gradients once `gradients()` walks past. */
  add(
    type: string,
    inputs: readonly (Value | undefined)[],
    results: readonly { dtype: DType; shape: Shape }[],
    options: { attributes?: Attributes; domain?: string; gradient?: (outputs: readonly Value[]) => GradientRule } = {},
  ): Value[] {
    const outputs = results.map(({ dtype, shape }) => ({ graph: this, name: this.#name(type), dtype, shape }))
    const present = inputs.filter(input => input !== undefined)
    for (const input of present) {
      if (input.graph !== this)
        throw new Error(`Expected the inputs of ${type} to be of one graph but ${input.name} is of another`)
    }
    this.nodes.push({
      type,
      domain: options.domain ?? '',
      inputs: inputs.map(input => input?.name ?? ''),
      outputs: outputs.map(output => output.name),
      attributes: options.attributes ?? {},
    })
    const gradient = options.gradient?.(outputs)
    this.tape.push({ inputs: present, outputs, ...(gradient && { gradient }) })
    return outputs
  }

  /**
   * Runs a body at most `steps` times (int64 []), until it does not go on.
   * @param initial what the first step is given as carried
   * @returns what the last step carries on, and what was collected [n, …], as far as `results` names them
   */
  loop(
    body: LoopBody,
    steps: Value,
    initial: readonly Value[],
    results: readonly { dtype: DType; shape: Shape }[],
  ): Value[] {
    for (const [name, { dtype, shape }] of body.graph.inputs) {
      if (name === body.step || body.carried.includes(name) || this.inputs.has(name)) continue
      this.inputs.set(name, { graph: this, name, dtype, shape })
    }
    for (const [name, weight] of body.graph.initializers)
      if (!ArrayBuffer.isView(weight.data)) this.initializers.set(name, weight)
    const outputs = results.map(({ dtype, shape }) => ({ graph: this, name: this.#name('Loop'), dtype, shape }))
    this.nodes.push({
      type: 'Loop',
      domain: '',
      inputs: [steps.name, '', ...initial.map(({ name }) => name)],
      outputs: outputs.map(({ name }) => name),
      attributes: {},
      body,
    })
    return outputs
  }

  /**
   * Several nodes that differentiation sees as one step, with a rule of their own: where the rule from the
   * single operators would cost more passes over memory.
   */
  together(inputs: readonly Value[], build: () => { output: Value; gradient: GradientRule }): Value {
    const before = this.tape.length
    const { output, gradient } = build()
    this.tape.length = before
    this.tape.push({ inputs, outputs: [output], gradient })
    return output
  }

  #name(prefix: string): string {
    return `${prefix}_${this.#count++}`
  }
}

function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Uint16Array) return 'float16'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Int32Array) return 'int32'
  return 'uint8'
}

function fill(dtype: DType, value: number): TensorData {
  if (dtype === 'int64') return BigInt64Array.of(BigInt(value))
  if (dtype === 'int32') return Int32Array.of(value)
  if (dtype === 'float32') return Float32Array.of(value)
  if (dtype === 'float64') return Float64Array.of(value)
  throw new Error(`Expected float32, float64, int32 or int64 for a constant given as a number but received ${dtype}`)
}

/** Number of elements, where every length is known. */
export function sizeOf(shape: Shape): number {
  return shape.reduce<number>((product, length) => product * known(length), 1)
}

/** A length that must be known while the graph is built. */
export function known(length: Dim | undefined): number {
  if (typeof length !== 'number') throw new Error(`Expected a length known while building but received ${length}`)
  return length
}

/** `axis` counted from the front. */
export function axisOf(value: Value, axis: number): number {
  const positive = axis < 0 ? axis + value.shape.length : axis
  if (positive < 0 || positive >= value.shape.length) {
    throw new Error(`Expected an axis of a tensor of shape [${value.shape}] but received ${axis}`)
  }
  return positive
}
