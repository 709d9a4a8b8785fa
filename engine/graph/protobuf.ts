/** Writes protobuf messages: fields as they are needed for ONNX, in the order in which they are given. */

/** A protobuf message under construction. */
export class Message {
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
