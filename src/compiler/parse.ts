import { type DefinitionNode, GraphQLError, parse, Source } from 'graphql'
import type { SourceText } from '../errors/sourceText.js'
import { type Damage, parsePiece } from './parsePiece.js'
import type { Report } from './report.js'
import { isClosing, isOpening, splitDefinitions } from './splitDefinitions.js'
import { type SchemaToken, scanTokens } from './tokens.js'

export interface ParsedSchema {
  readonly definitions: readonly DefinitionNode[]
  /** What could not be read, so that nobody complains of its absence. */
  readonly damages: readonly Damage[]
}

/** Most characters of all files together: AppSync takes schemas of 1 MB. */
export const MAX_SCHEMA_LENGTH = 1_000_000

/** Deepest nesting of brackets: graphql-js's parser and printer are recursive. */
export const MAX_NESTING = 64

/**
 * Parses every file. A syntax error is reported and limited to the field or definition that it is in; everything else
 * is still read. Never throws, whatever the texts are.
 */
export function parseSources(sources: readonly SourceText[], report: Report): ParsedSchema {
  const definitions: DefinitionNode[] = []
  const damages: Damage[] = []
  let length = 0
  for (const source of sources) {
    length += source.text.length
    if (length > MAX_SCHEMA_LENGTH) {
      const message = `The schema has more than ${MAX_SCHEMA_LENGTH.toLocaleString('en')} characters; the rest is not read.`
      report.error('OCG1003', { source, offset: 0, length: 1 }, message)
      damages.push({ type: undefined, fields: undefined })
      break
    }
    const parsed = parseSource(source, report)
    definitions.push(...parsed.definitions)
    damages.push(...parsed.damages)
  }
  return { definitions, damages }
}

function parseSource(source: SourceText, report: Report): ParsedSchema {
  const { tokens, text, bad, truncated } = scanTokens(source, report)
  const deep = tooDeep(tokens)
  if (deep) {
    const message = `Brackets are nested more than ${MAX_NESTING} levels deep here.`
    report.error('OCG1002', { source, offset: deep.start, length: 1 }, message)
    return { definitions: [], damages: [{ type: undefined, fields: undefined }] }
  }
  if (tokens.length === 0) return { definitions: [], damages: [] }
  if (bad.length === 0) {
    const whole = parseWhole(source, report)
    if (whole) return { definitions: whole, damages: [] }
  }
  const definitions: DefinitionNode[] = []
  const damages: Damage[] = []
  for (const piece of splitDefinitions(tokens, text)) {
    const parsed = parsePiece({ piece, source, text, bad, truncated }, report)
    if (parsed.definition) definitions.push(parsed.definition)
    if (parsed.damage) damages.push(parsed.damage)
  }
  return { definitions, damages }
}

/** The definitions of a file without syntax errors; undefined for others. */
function parseWhole(source: SourceText, report: Report): readonly DefinitionNode[] | undefined {
  const parsed = new Source(source.text, source.file)
  try {
    const { definitions } = parse(parsed)
    report.register(parsed, source, 0)
    return definitions
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}

function tooDeep(tokens: readonly SchemaToken[]): SchemaToken | undefined {
  let depth = 0
  return tokens.find((token) => {
    if (isOpening(token)) depth++
    else if (isClosing(token) && depth > 0) depth--
    return depth > MAX_NESTING
  })
}
