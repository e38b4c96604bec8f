/** A place in a source file. Lines and columns count from 1, columns in UTF-16 units; `offset` from 0. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly offset: number
  /** Length in UTF-16 units of what is wrong, at least 1. */
  readonly length: number
}

/** A mistake in a schema: data, not an exception, so that all of them can be reported together. */
export interface Diagnostic {
  /** Stable and documented: `OCG1001`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** A full sentence: what was found, what was expected. */
  readonly message: string
  readonly position: SourcePosition
  /** The source lines around the place with a marker, without colours. */
  readonly frame: string
  /** What to do about it. */
  readonly hint?: string
  /** Other places that take part, such as the first of two colliding names. */
  readonly related?: readonly { readonly message: string; readonly position: SourcePosition }[]
}

/** One schema text with the name to show for it. */
export interface Source {
  readonly file: string
  readonly text: string
}
