import type { ASTNode, Source as GraphqlSource } from 'graphql'
import type { Diagnostic } from '../errors/diagnostic.js'
import { renderFrame } from '../errors/frame.js'
import type { SchemaCode } from '../errors/schemaCodes.js'
import { indexSource, positionAt, type SourceText } from '../errors/sourceText.js'

/** A piece of a source text. */
export interface Place {
  readonly source: SourceText
  readonly offset: number
  /** In UTF-16 units. */
  readonly length: number
}

export interface Details {
  readonly hint?: string | undefined
  readonly related?: readonly { readonly message: string; readonly at: Place | ASTNode }[] | undefined
}

/** Collects the mistakes of one compilation. */
export interface Report {
  /** A mistake of the schema. `at` is the node to mark: mark names and types, not whole definitions. */
  error(code: SchemaCode, at: Place | ASTNode, message: string, details?: Details): void
  warn(code: SchemaCode, at: Place | ASTNode, message: string, details?: Details): void
  /** A mistake found by others, such as the analysis of statements, under their own code. */
  add(severity: Diagnostic['severity'], code: string, at: Place, message: string, details?: Details): void
  /** Tells where the text of a parsed source comes from: `source`, shifted by `base` units. */
  register(parsed: GraphqlSource, source: SourceText, base: number): void
  /** Place of a node that came from a registered source. */
  placeOf(node: ASTNode): Place
  /** Where the schema begins, for what is wrong with all of it. */
  start(): Place
  hasErrors(): boolean
  /** What was reported, in the order of files and places, without repetitions. */
  diagnostics(): Diagnostic[]
}

/** Most diagnostics of one compilation; one more says that there are others. */
export const MAX_DIAGNOSTICS = 1000

interface Entry {
  readonly severity: Diagnostic['severity']
  readonly code: string
  readonly place: Place
  readonly message: string
  readonly details: Details
}

export function createReport(sources: readonly SourceText[]): Report {
  const origins = new Map<GraphqlSource, { readonly source: SourceText; readonly base: number }>()
  const entries: Entry[] = []
  const seen = new Set<string>()
  const order = new Map(sources.map((source, index) => [source, index]))
  let errors = 0
  let dropped: Entry | undefined

  function add(
    severity: Diagnostic['severity'],
    code: string,
    at: Place | ASTNode,
    message: string,
    details: Details = {},
  ) {
    const place = asPlace(at)
    if (severity === 'error') errors++
    const key = `${code} ${order.get(place.source) ?? -1} ${place.offset} ${message}`
    if (seen.has(key)) return
    const entry = { severity, code, place, message, details }
    if (entries.length >= MAX_DIAGNOSTICS) {
      dropped ??= entry
      return
    }
    seen.add(key)
    entries.push(entry)
  }

  function asPlace(at: Place | ASTNode): Place {
    return 'offset' in at ? at : placeOf(at)
  }

  function placeOf(node: ASTNode): Place {
    const origin = node.loc && origins.get(node.loc.source)
    if (!node.loc || !origin) throw new Error(`invariant: a ${node.kind} node has no registered source`)
    return {
      source: origin.source,
      offset: origin.base + node.loc.start,
      length: node.loc.end - node.loc.start,
    }
  }

  function toDiagnostic({ severity, code, place, message, details }: Entry): Diagnostic {
    const position = positionAt(place.source, place.offset, place.length)
    const related = details.related?.map((one) => {
      const { source, offset, length } = asPlace(one.at)
      return { message: one.message, position: positionAt(source, offset, length) }
    })
    return {
      code,
      severity,
      message,
      position,
      frame: renderFrame(place.source, position),
      ...(details.hint === undefined ? {} : { hint: details.hint }),
      ...(related === undefined || related.length === 0 ? {} : { related }),
    }
  }

  return {
    error: (code, at, message, details) => add('error', code, at, message, details),
    warn: (code, at, message, details) => add('warning', code, at, message, details),
    add,
    register: (parsed, source, base) => void origins.set(parsed, { source, base }),
    placeOf,
    start: () => ({ source: sources[0] ?? indexSource({ file: 'schema', text: '' }), offset: 0, length: 1 }),
    hasErrors: () => errors > 0,
    diagnostics() {
      const rank = ({ place }: Entry) => order.get(place.source) ?? -1
      const sorted = [...entries].sort(
        (a, b) => rank(a) - rank(b) || a.place.offset - b.place.offset || (a.code < b.code ? -1 : 1),
      )
      if (dropped) sorted.push(tooMany(dropped))
      return sorted.map(toDiagnostic)
    },
  }
}

function tooMany({ place }: Entry): Entry {
  const message = `There are more than ${MAX_DIAGNOSTICS} mistakes; the others are not shown.`
  return { severity: 'error', code: 'OCG1004' satisfies SchemaCode, place, message, details: {} }
}
