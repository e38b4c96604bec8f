/** A deployment can't be synthesised for a reason that its user can mend. The message says what and how. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError'
}
