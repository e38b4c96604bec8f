import type { Entity, JoinTable } from '../../model/types.js'

/** Columns that may be null, in lower case, by lake name. */
export function nullableColumns(
  entities: readonly Entity[],
  joinTables: readonly JoinTable[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>()
  for (const { table, fields } of entities) {
    const names = fields.filter(({ type }) => !type.nonNull).map(({ name }) => name.toLowerCase())
    found.set(table, new Set(names))
  }
  for (const { table, columns } of joinTables) {
    const names = columns.flatMap((column) =>
      column.kind === 'plain' && !column.type.nonNull ? [column.name.toLowerCase()] : [],
    )
    found.set(table, new Set(names))
  }
  return found
}
