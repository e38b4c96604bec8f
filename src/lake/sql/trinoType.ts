import type { LakeType } from '../../model/lakeSchema.js'

/**
 * A type in Trino's words. `digits`: of a second's fraction in timestamps: 3 is what statements see, 6 what Iceberg stores.
 */
export function trinoType(type: LakeType, digits: 3 | 6 = 3): string {
  switch (type.kind) {
    case 'string':
      return 'varchar'
    case 'int':
      return 'integer'
    case 'timestamp':
      return `timestamp(${digits})`
    case 'array':
      return `array(${trinoType(type.item, digits)})`
    case 'struct': {
      const fields = type.fields.map(({ name, type: of }) => `${quoted(name)} ${trinoType(of, digits)}`)
      return `row(${fields.join(', ')})`
    }
    default:
      return type.kind
  }
}

/** Whether a value has another type in Iceberg than statements see. */
export function holdsTimestamp(type: LakeType): boolean {
  if (type.kind === 'array') return holdsTimestamp(type.item)
  if (type.kind === 'struct') return type.fields.some(({ type: of }) => holdsTimestamp(of))
  return type.kind === 'timestamp'
}

/** A name in lower case, as the catalog has it, in quotes: it may be a reserved word. */
export function quoted(name: string): string {
  return `"${name.toLowerCase()}"`
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
