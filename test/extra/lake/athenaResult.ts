import type { Json } from '../../../src/model/json.js'
import { javaNumber } from '../../aws/servers/athena/athenaText.js'
import type { AthenaResult } from '../../aws/servers/athena/runStatement.js'
import type { TypeSignature } from '../trino/trinoValue.js'
import type { TrinoRows } from './lakeClient.js'

/** What Trino answers, as Athena shows it. */
export function athenaResult({ columns, rows }: TrinoRows): AthenaResult {
  return {
    columns: columns.map(({ name, typeSignature: { rawType } }) => ({
      name,
      type: TYPES[rawType] ?? rawType,
    })),
    rows: rows.map((row) =>
      row.map((value, at) => textOf(value, columns[at]?.typeSignature as TypeSignature)),
    ),
  }
}

const TYPES: Readonly<Record<string, string>> = { real: 'float' }

function textOf(value: Json, type: TypeSignature): string | undefined {
  if (value === null) return undefined
  const of = type.arguments.map((argument) =>
    argument.kind === 'NAMED_TYPE' ? argument.value.typeSignature : (argument.value as TypeSignature),
  )
  switch (type.rawType) {
    case 'double':
    case 'real':
      return typeof value === 'string' ? value : javaNumber(Number(value), type.rawType === 'real')
    case 'varbinary':
      return [...Buffer.from(String(value), 'base64')]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join(' ')
    case 'array':
      return `[${(value as Json[]).map((item) => partOf(item, of[0] as TypeSignature)).join(', ')}]`
    case 'row': {
      const fields = (value as Json[]).map((item, at) => {
        const argument = type.arguments[at]
        const name = argument?.kind === 'NAMED_TYPE' ? argument.value.fieldName?.name : undefined
        return `${name ?? `field${at}`}=${partOf(item, of[at] as TypeSignature)}`
      })
      return `{${fields.join(', ')}}`
    }
    case 'map': {
      const entries = Object.entries(value as Record<string, Json>)
      return `{${entries.map(([key, item]) => `${key}=${partOf(item, of[1] as TypeSignature)}`).join(', ')}}`
    }
    default:
      return String(value)
  }
}

function partOf(value: Json, type: TypeSignature): string {
  return textOf(value, type) ?? 'null'
}
