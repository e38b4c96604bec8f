import type { Json } from '../../model/json.js'
import { sqlLiteral, sqlLiteralText } from '../../model/sqlLiteral.js'
import type { Argument, Project, ScalarName, SqlTemplate, TypeRef } from '../../model/types.js'

/**
 * A statement with values in it, to be understood by an engine and never run. `typed`: arguments are nulls of their
 * type. `sample`: they are their defaults, or a plausible value.
 */
export function sampleStatement(
  sql: SqlTemplate,
  args: readonly Argument[],
  project: Pick<Project, 'enums'>,
  values: 'typed' | 'sample',
): string {
  const types = new Map(args.map((argument) => [argument.name, argument]))
  return sql
    .map((part) => {
      if ('text' in part) return part.text
      const argument = types.get(part.arg)
      const type: TypeRef = argument?.type ?? { kind: 'scalar', name: 'String', nonNull: false }
      const sample = sampleOf(type, argument?.default, project)
      if (part.context === 'count') return ` ${typeof sample === 'number' && sample >= 0 ? sample : 1} `
      if (part.context === 'literal') return sqlLiteralText(sample, type)
      const value = values === 'sample' ? sample : null
      if (part.context === 'inList')
        return ` (${sqlLiteral(first(value), type.kind === 'list' ? type.item : type)}) `
      return ` ${sqlLiteral(value, type)} `
    })
    .join('')
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
