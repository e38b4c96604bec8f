import type { Json } from '../../model/json.js'
import { sqlLiteral, sqlLiteralText } from '../../model/sqlLiteral.js'
import type { Argument, Project, ScalarName, TypeRef } from '../../model/types.js'
import type { Piece } from './pieces.js'
import type { Span } from './problem.js'

export interface SampleStatement {
  readonly sql: string
  /** Where a stretch of it stands in the user's text; undefined for what the compiler has written. */
  placeOf(stretch: Span): Span | undefined
}

/**
 * A statement with values in it, to be understood by an engine and never run. `typed`: arguments are nulls of their
 * type. `sample`: they are their defaults, or a plausible value.
 */
export function sampleStatement(
  pieces: readonly Piece[],
  args: readonly Argument[],
  project: Pick<Project, 'enums'>,
  values: 'typed' | 'sample',
): SampleStatement {
  const types = new Map(args.map((argument) => [argument.name, argument]))
  const texts = pieces.map((piece) => {
    if (piece.kind !== 'arg') return piece.text
    const argument = types.get(piece.arg)
    const type: TypeRef = argument?.type ?? { kind: 'scalar', name: 'String', nonNull: false }
    const sample = sampleOf(type, argument?.default, project)
    if (piece.context === 'count') return ` ${typeof sample === 'number' && sample >= 0 ? sample : 1} `
    if (piece.context === 'literal') return sqlLiteralText(sample, type)
    const value = values === 'sample' ? sample : null
    if (piece.context === 'inList')
      return ` (${sqlLiteral(first(value), type.kind === 'list' ? type.item : type)}) `
    return ` ${sqlLiteral(value, type)} `
  })
  return { sql: texts.join(''), placeOf: (stretch) => placeIn(pieces, texts, stretch) }
}

/** The place of a stretch of the joined texts: within a text as it was written exactly, elsewhere the whole piece. */
function placeIn(pieces: readonly Piece[], texts: readonly string[], stretch: Span): Span | undefined {
  const parts: Span[] = []
  let from = 0
  for (const [index, piece] of pieces.entries()) {
    const length = texts[index]?.length ?? 0
    const start = Math.max(stretch.start - from, 0)
    const end = Math.min(stretch.end - from, length)
    from += length
    // A piece of the compiler's own stands nowhere.
    if (start >= end || piece.end === piece.start) continue
    const asWritten = piece.kind !== 'arg' && piece.end - piece.start === length
    if (asWritten && piece.text.slice(start, end).trim() === '') continue
    parts.push(asWritten ? { start: piece.start + start, end: piece.start + end } : piece)
  }
  if (parts.length === 0) return undefined
  const start = Math.min(...parts.map((part) => part.start))
  return { start, end: Math.max(...parts.map((part) => part.end)) }
}

function first(value: Json): Json {
  return Array.isArray(value) ? (value[0] ?? null) : value
}

function sampleOf(type: TypeRef, preset: Json | undefined, project: Pick<Project, 'enums'>): Json {
  if (preset !== undefined && preset !== null) return preset
  if (type.kind === 'list') return [sampleOf(type.item, undefined, project)]
  if (type.kind === 'enum') return project.enums.find((one) => one.name === type.name)?.values[0] ?? ''
  return type.kind === 'scalar' ? SAMPLES[type.name] : null
}

/** A text of digits is a good number, date part or word alike. */
const SAMPLES: Readonly<Record<ScalarName, Json>> = {
  ID: '1',
  String: '1',
  Int: 1,
  Float: 1.5,
  Boolean: true,
  AWSDateTime: '2024-01-01T00:00:00.000Z',
  AWSDate: '2024-01-01',
  AWSTime: '00:00:00.000',
  AWSTimestamp: 1_704_067_200,
  AWSEmail: 'a@example.com',
  AWSJSON: '{}',
  AWSURL: 'https://example.com/',
  AWSPhone: '+12065550100',
  AWSIPAddress: '192.0.2.1',
}
