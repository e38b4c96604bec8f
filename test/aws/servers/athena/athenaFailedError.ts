/** A statement that has failed, in Athena's words. */
export class AthenaFailedError extends Error {
  override readonly name = 'AthenaFailedError'
  /** Numbers of `AthenaError`: category 1 is Athena's fault, 2 the user's. */
  readonly category: number
  readonly type: number

  constructor(message: string, { category, type }: { readonly category: number; readonly type: number }) {
    super(message)
    this.category = category
    this.type = type
  }
}
