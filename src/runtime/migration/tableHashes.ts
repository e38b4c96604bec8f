import type { Json } from '../../model/json.js'
import { sha256Hex } from '../../model/keys.js'
import type { Entity, JoinTable, Project, TypeRef } from '../../model/types.js'

/** Table hashes of the model that data was last run with; undefined for a folder without one. */
export type StoredHashes = Readonly<Record<string, string>> | undefined

/** A hash of each table's definition, with all that its columns' types are made of. Descriptions do not count. */
export function tableHashes(project: Project): Readonly<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const entity of project.entities) hashes[entity.table] = hash(entityShape(project, entity))
  for (const table of project.joinTables) hashes[table.table] = hash(relationShape(project, table))
  return hashes
}

function hash(shape: Json): string {
  return sha256Hex(JSON.stringify(shape)).slice(0, 32)
}

function entityShape(project: Project, entity: Entity): Json {
  return entity.fields.map((field) => [field.name, typeShape(project, field.type)])
}

function relationShape(project: Project, table: JoinTable): Json {
  return table.columns.map((column) =>
    column.kind === 'entity' ? [column.name, column.entity] : [column.name, typeShape(project, column.type)],
  )
}

function typeShape(project: Project, type: TypeRef): Json {
  switch (type.kind) {
    case 'list':
      return ['list', type.nonNull, typeShape(project, type.item)]
    case 'enum':
      return ['enum', type.nonNull, project.enums.find((one) => one.name === type.name)?.values ?? []]
    case 'value': {
      const fields = project.valueTypes.find((one) => one.name === type.name)?.fields ?? []
      return ['value', type.nonNull, fields.map((field) => [field.name, typeShape(project, field.type)])]
    }
    default:
      return [type.kind, type.nonNull, type.name]
  }
}
