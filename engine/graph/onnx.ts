/**
 * Writes a graph as an ONNX model: the ten protobuf messages that takes, field numbers from onnx.proto (IR version 10).
 * Only what leads to an output is written.
 */
import type { Attribute, DType, Graph, Initializer, Node, Value } from './graph.ts'

const OPSET = 20
const MICROSOFT_OPSET = 1
const IR_VERSION = 10
const ELEMENT_TYPES: Record<DType, number> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
}
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 }
const EXTERNAL = 1

export function toOnnx(graph: Graph): Uint8Array {
  const { nodes, used } = reachable(graph)
  const model = new Message()
  model.integer(1, IR_VERSION)
  model.text(2, 'familiar')
  model.message(7, body => {
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
  message.integer(2, ELEMENT_TYPES[dtype])
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

function writeValueInfo(message: Message, name: string, value: Value): void {
  message.text(1, name)
  message.message(2, type =>
    type.message(1, tensor => {
      tensor.integer(1, ELEMENT_TYPES[value.dtype])
      tensor.message(2, shape => {
        for (const length of value.shape) {
          shape.message(1, dim => (typeof length === 'number' ? dim.integer(1, length) : dim.text(2, length)))
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
