export type DataFolderFailure =
  /** No such folder can be made, or this process may not write there. */
  | 'unwritable'
  /** What is there is no store, or a broken one. */
  | 'corrupt'
  /** A later version of the program has written it. */
  | 'newerFormat'
  /** Another host process serves it. */
  | 'inUse'

/** A data folder can't be opened. The message names the folder: it is for operators, not for clients. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
  readonly reason: DataFolderFailure

  constructor(reason: DataFolderFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}
