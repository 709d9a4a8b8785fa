/**
 * An expected failure: bad input, a missing file, a device that is not there. Its message is one sentence that says
 * what was expected and what came, fit to be shown to a person as it is. Anything else that is thrown is a bug.
 *
 * @param code a stable upper-case name for programs, such as `BAD_PHOTO` or `MODEL_NOT_FOUND`
 */
export class FamiliarError extends Error {
  override readonly name = 'FamiliarError'
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
