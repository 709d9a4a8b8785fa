/** Writes the parts of an ONNX model that stand for values: attributes, tensors, and what is known of an input or output. */
import { type Attribute, type DType, elementTypes, type Initializer, type Shape } from './graph.ts'
import type { Message } from './protobuf.ts'

export const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, graph: 5, ints: 7 }
const EXTERNAL = 1

export function writeAttribute(message: Message, name: string, attribute: Attribute): void {
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

export function writeTensor(message: Message, name: string, { dtype, shape, data }: Initializer): void {
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
export function writeValueInfo(
  message: Message,
  name: string,
  { dtype, shape }: { dtype: DType; shape?: Shape },
): void {
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
