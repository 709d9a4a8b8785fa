/**
 * Writes a graph as an ONNX model: the ten protobuf messages that takes, field numbers from onnx.proto (IR version 10).
 * Only what leads to an output is written.
 */
import type { DType, Graph, LoopBody, Node, Shape } from './graph.ts'
import { ATTRIBUTE_TYPES, writeAttribute, writeTensor, writeValueInfo } from './onnx-values.ts'
import { Message } from './protobuf.ts'

const OPSET = 20
const MICROSOFT_OPSET = 1
const IR_VERSION = 10

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

/** A graph that a run may compute instead of others. */
export interface Branch {
  readonly graph: Graph
  /** Name of the input bool [] that chooses it. The last one has none: it is chosen when no other is. */
  readonly condition?: string
}

/**
 * Under which name each output of a branch is found. The branches share names by the outputs' order, those that are kept apart,
 * because they go elsewhere, among themselves. All are float32.
 */
export function resultNames(branch: Graph, apart: readonly string[] = []): Map<string, string> {
  const names = new Map<string, string>()
  const counts = { result: 0, apart: 0 }
  for (const output of branch.outputs.keys()) {
    const kind = apart.includes(output) ? 'apart' : 'result'
    names.set(output, `${kind}.${counts[kind]++}`)
  }
  return names
}

/** Graphs of which a run computes one. Their inputs and their weights of one name are the same: weights are held once. */
export function branchesToOnnx(given: readonly Branch[], apart: readonly string[] = []): Uint8Array {
  const branches = given.map(branch => ({
    ...branch,
    ...reachable(branch.graph),
    found: new Map([...resultNames(branch.graph, apart)].map(([output, result]) => [result, output])),
  }))
  const results = [...new Set(branches.flatMap(({ found }) => [...found.keys()]))]
  const inputs = new Map(branches.flatMap(({ graph, used }) => [...graph.inputs].filter(([name]) => used.has(name))))
  const weights = new Map(branches.flatMap(({ graph, used }) => weightsOf(graph).filter(([name]) => used.has(name))))
  return writeModel(body => {
    writeChoice(body, branches, results, results)
    body.text(2, 'graph')
    for (const [name, weight] of weights) body.message(5, message => writeTensor(message, name, weight))
    for (const { condition } of branches)
      if (condition) body.message(11, message => writeValueInfo(message, condition, { dtype: 'bool', shape: [] }))
    for (const [name, input] of inputs) body.message(11, message => writeValueInfo(message, name, input))
    for (const result of results) body.message(12, message => writeValueInfo(message, result, { dtype: 'float32' }))
  })
}

type Written = Branch &
  ReturnType<typeof reachable> & {
    /** Outputs by the names of the results. */
    readonly found: ReadonlyMap<string, string>
  }

/** The first branch where its condition holds, else one of the others. */
function writeChoice(
  graph: Message,
  [first, ...others]: readonly Written[],
  results: readonly string[],
  names: readonly string[],
): void {
  const { condition = '' } = first as Written
  const writeOthers = (message: Message) => {
    const [next] = others
    if (others.length === 1) return writeBranch(message, next as Written, results, `unless.${condition}`)
    const nested = results.map(result => `unless.${condition}.${result}`)
    writeChoice(message, others, results, nested)
    message.text(2, `unless.${condition}`)
    for (const name of nested) message.message(12, info => writeValueInfo(info, name, { dtype: 'float32' }))
  }
  graph.message(1, node => {
    node.text(1, condition)
    for (const name of names) node.text(2, name)
    node.text(4, 'If')
    writeSubgraph(node, 'then_branch', message => writeBranch(message, first as Written, results, `when.${condition}`))
    writeSubgraph(node, 'else_branch', writeOthers)
  })
}

/** Names of its own but for inputs and weights, which are found outside. */
function writeBranch(
  branch: Message,
  { graph, nodes, used, found }: Written,
  results: readonly string[],
  prefix: string,
): void {
  const own = ownNames(graph, prefix)
  writeNodes(branch, nodes, own)
  const absent = own('absent')
  branch.message(5, message => writeTensor(message, absent, { dtype: 'float32', shape: [], data: new Float32Array(1) }))
  branch.text(2, prefix)
  writeConstants(branch, graph, used, own)
  const outputs = results.map(result => {
    const output = found.get(result)
    if (output) return own(output)
    const name = own(`absent.${result}`)
    const node = { type: 'Identity', domain: '', inputs: [absent], outputs: [name], attributes: {} }
    branch.message(1, message => writeNode(message, node))
    return name
  })
  for (const name of outputs) branch.message(12, message => writeValueInfo(message, name, { dtype: 'float32' }))
}

/** What a loop runs for each step. Names as in branches. */
function writeBody(message: Message, { graph, step, carried }: LoopBody): void {
  const { nodes, used } = reachable(graph)
  const own = ownNames(graph, 'each', [step, ...carried])
  writeNodes(message, nodes, own)
  message.text(2, 'each')
  writeConstants(message, graph, used, own)
  const formal = (name: string, type: { dtype: DType; shape?: Shape }) =>
    message.message(11, info => writeValueInfo(info, own(name), type))
  formal(step, { dtype: 'int64', shape: [] })
  formal('went on', { dtype: 'bool', shape: [] })
  for (const name of carried) formal(name, graph.inputs.get(name) as { dtype: DType; shape: Shape })
  for (const [name, value] of graph.outputs) message.message(12, info => writeValueInfo(info, own(name), value))
}

/** A name of a graph within another: of its own unless it is found outside. */
function ownNames(graph: Graph, prefix: string, inside: readonly string[] = []): (name: string) => string {
  const outside = new Set([...graph.inputs.keys(), ...weightsOf(graph).map(([name]) => name), ''])
  for (const name of inside) outside.delete(name)
  return name => (outside.has(name) ? name : `${prefix}.${name}`)
}

function writeNodes(message: Message, nodes: readonly Node[], own: (name: string) => string): void {
  for (const node of nodes) {
    const renamed = { ...node, inputs: node.inputs.map(own), outputs: node.outputs.map(own) }
    message.message(1, part => writeNode(part, renamed))
  }
}

function writeConstants(
  message: Message,
  graph: Graph,
  used: ReadonlySet<string>,
  own: (name: string) => string,
): void {
  for (const [name, initializer] of graph.initializers)
    if (used.has(name) && ArrayBuffer.isView(initializer.data))
      message.message(5, part => writeTensor(part, own(name), initializer))
}

function writeSubgraph(node: Message, name: string, write: (graph: Message) => void): void {
  node.message(5, attribute => {
    attribute.text(1, name)
    attribute.message(6, write)
    attribute.integer(20, ATTRIBUTE_TYPES.graph)
  })
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
    if (node.body) for (const name of reachable(node.body.graph).used) used.add(name)
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
  const { body } = node
  if (body) writeSubgraph(message, 'body', graph => writeBody(graph, body))
  if (node.domain) message.text(7, node.domain)
}
