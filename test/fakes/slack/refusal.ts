/** A client does not let somebody do this, or shows an error such as `operation_timeout`. */
export class ClientRefusal extends Error {
  override readonly name = 'ClientRefusal'
  readonly code: string

  constructor(code: string, message: string = code) {
    super(message)
    this.code = code
  }
}
