/**
 * Writes a graph as an ONNX model: the ten protobuf messages that takes, field numbers from onnx.proto (IR version 10).
 * Only what leads to an output is written.
 */
import {
  type Attribute,
  type DType,
  elementTypes,
  type Graph,
  type Initializer,
  type Node,
  type Shape,
} from './graph.ts'

const OPSET = 20
const MICROSOFT_OPSET = 1
const IR_VERSION = 10
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, graph: 5, ints: 7 }
const EXTERNAL = 1

export function toOnnx(graph: Graph): Uint8Array {
  const { nodes, used } = reachable(graph)
  return writeModel(body => {
    for (const node of nodes) body.message(1, message => writeNode(message, node))
    body.text(2, 'graph')
    for (const [name, initializer] of graph.initializers) {
      if (used.has(name)) body.message(5, message => writeTensor(message, name, initializer))
    }
    for (const input of graph.inputs.values()) {
      if (used.has(input.name)) body.message(11, message => writeValueInfo(message, input.name, input))
    }
    for (const [name, value] of graph.outputs) body.message(12, message => writeValueInfo(message, name, value))
  })
}

/** Two graphs of which a run computes one. Their inputs and their weights of one name are the same: weights are held once. */
interface Branches {
  /** Name of the input bool [] that chooses. */
  readonly condition: string
  readonly whenTrue: Graph
  readonly whenFalse: Graph
}

/** The branches' results have their place in the branch for a name: `result.0`, `result.1`, … All are float32. */
export const resultName = (index: number) => `result.${index}`

export function branchesToOnnx({ condition, whenTrue, whenFalse }: Branches): Uint8Array {
  const branches = [whenTrue, whenFalse].map(graph => ({ graph, ...reachable(graph) }))
  const count = Math.max(whenTrue.outputs.size, whenFalse.outputs.size)
  const results = Array.from({ length: count }, (_, i) => resultName(i))
  const inputs = new Map(branches.flatMap(({ graph, used }) => [...graph.inputs].filter(([name]) => used.has(name))))
  const weights = new Map(branches.flatMap(({ graph, used }) => weightsOf(graph).filter(([name]) => used.has(name))))
  return writeModel(body => {
    body.message(1, node => {
      node.text(1, condition)
      for (const result of results) node.text(2, result)
      node.text(4, 'If')
      for (const [i, name] of ['then_branch', 'else_branch'].entries()) {
        node.message(5, attribute => {
          attribute.text(1, name)
          attribute.message(6, branch => writeBranch(branch, branches[i] as Branch, count, name))
          attribute.integer(20, ATTRIBUTE_TYPES.graph)
        })
      }
    })
    body.text(2, 'graph')
    for (const [name, weight] of weights) body.message(5, message => writeTensor(message, name, weight))
    body.message(11, message => writeValueInfo(message, condition, { dtype: 'bool', shape: [] }))
    for (const [name, input] of inputs) body.message(11, message => writeValueInfo(message, name, input))
    for (const result of results) body.message(12, message => writeValueInfo(message, result, { dtype: 'float32' }))
  })
}

type Branch = ReturnType<typeof reachable> & { readonly graph: Graph }

/** Names of its own but for inputs and weights, which are found outside. */
function writeBranch(branch: Message, { graph, nodes, used }: Branch, results: number, prefix: string): void {
  const outside = new Set([...graph.inputs.keys(), ...weightsOf(graph).map(([name]) => name), ''])
  const own = (name: string) => (outside.has(name) ? name : `${prefix}.${name}`)
  for (const node of nodes) {
    const renamed = { ...node, inputs: node.inputs.map(own), outputs: node.outputs.map(own) }
    branch.message(1, message => writeNode(message, renamed))
  }
  const absent = own('absent')
  branch.message(5, message => writeTensor(message, absent, { dtype: 'float32', shape: [], data: new Float32Array(1) }))
  branch.text(2, prefix)
  for (const [name, initializer] of graph.initializers) {
    if (used.has(name) && !outside.has(name)) branch.message(5, message => writeTensor(message, own(name), initializer))
  }
  const outputs = [...graph.outputs].map(([name, { dtype }]) => ({ name: own(name), dtype }))
  for (let i = outputs.length; i < results; i++) {
    const name = own(`absent.${i}`)
    const node = { type: 'Identity', domain: '', inputs: [absent], outputs: [name], attributes: {} }
    branch.message(1, message => writeNode(message, node))
    outputs.push({ name, dtype: 'float32' })
  }
  for (const { name, dtype } of outputs) branch.message(12, message => writeValueInfo(message, name, { dtype }))
}

const weightsOf = (graph: Graph) => [...graph.initializers].filter(([, { data }]) => !ArrayBuffer.isView(data))

function writeModel(write: (graph: Message) => void): Uint8Array {
  const model = new Message()
  model.integer(1, IR_VERSION)
  model.text(2, 'familiar')
  model.message(7, write)
  for (const [domain, version] of [
    ['', OPSET],
    ['com.microsoft', MICROSOFT_OPSET],
  ] as const) {
    model.message(8, message => {
      message.text(1, domain)
      message.integer(2, version)
    })
  }
  return model.bytes()
}

/** The nodes that lead to an output, in order, with an Identity for every output (its name need not be a node's own). */
function reachable(graph: Graph): { nodes: Node[]; used: Set<string> } {
  const used = new Set([...graph.outputs.values()].map(value => value.name))
  const nodes: Node[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some(output => used.has(output))) continue
    nodes.push(node)
    for (const input of node.inputs) used.add(input)
  }
  nodes.reverse()
  for (const [name, value] of graph.outputs) {
    nodes.push({ type: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} })
  }
  return { nodes, used }
}

function writeNode(message: Message, node: Node): void {
  for (const input of node.inputs) message.text(1, input)
  for (const output of node.outputs) message.text(2, output)
  message.text(4, node.type)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message.message(5, part => writeAttribute(part, name, attribute))
  }
  if (node.domain) message.text(7, node.domain)
}

function writeAttribute(message: Message, name: string, attribute: Attribute): void {
  message.text(1, name)
  if (typeof attribute === 'number') {
    message.integer(3, attribute)
    message.integer(20, ATTRIBUTE_TYPES.int)
  } else if (typeof attribute === 'string') {
    message.text(4, attribute)
    message.integer(20, ATTRIBUTE_TYPES.string)
  } else if ('float' in attribute) {
    message.float(2, attribute.float)
    message.integer(20, ATTRIBUTE_TYPES.float)
  } else {
    for (const integer of attribute) message.integer(8, integer)
    message.integer(20, ATTRIBUTE_TYPES.ints)
  }
}

function writeTensor(message: Message, name: string, { dtype, shape, data }: Initializer): void {
  for (const length of shape) message.integer(1, length)
  message.integer(2, elementTypes[dtype])
  message.text(8, name)
  if (ArrayBuffer.isView(data)) {
    message.blob(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return
  }
  for (const [key, value] of Object.entries({ location: data.location, offset: data.offset, length: data.length })) {
    message.message(13, entry => {
      entry.text(1, key)
      entry.text(2, String(value))
    })
  }
  message.integer(14, EXTERNAL)
}

/** Without a shape where it differs from branch to branch. */
function writeValueInfo(message: Message, name: string, { dtype, shape }: { dtype: DType; shape?: Shape }): void {
  message.text(1, name)
  message.message(2, type =>
    type.message(1, tensor => {
      tensor.integer(1, elementTypes[dtype])
      if (!shape) return
      tensor.message(2, dims => {
        for (const length of shape) {
          dims.message(1, dim => (typeof length === 'number' ? dim.integer(1, length) : dim.text(2, length)))
        }
      })
    }),
  )
}

/** A protobuf message under construction. */
class Message {
  readonly #parts: Uint8Array[] = []
  #length = 0

  integer(field: number, value: number): void {
    this.#push(varint(field << 3))
    this.#push(varint(value))
  }
  float(field: number, value: number): void {
    this.#push(varint((field << 3) | 5))
    this.#push(new Uint8Array(Float32Array.of(value).buffer))
  }
  text(field: number, value: string): void {
    this.blob(field, new TextEncoder().encode(value))
  }
  blob(field: number, value: Uint8Array): void {
    this.#push(varint((field << 3) | 2))
    this.#push(varint(value.length))
    this.#push(value)
  }
  message(field: number, write: (message: Message) => void): void {
    const inner = new Message()
    write(inner)
    this.blob(field, inner.bytes())
  }
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length)
    let offset = 0
    for (const part of this.#parts) {
      all.set(part, offset)
      offset += part.length
    }
    return all
  }
  #push(part: Uint8Array): void {
    this.#parts.push(part)
    this.#length += part.length
  }
}

/** Base-128, least significant first; negative numbers as 64-bit two's complement. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest ? low | 0x80 : low)
  } while (rest)
  return Uint8Array.from(bytes)
}
