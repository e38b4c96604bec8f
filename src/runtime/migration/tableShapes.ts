import type { Entity, JoinTable, Project, TypeRef } from '../../model/types.js'

/** Type of a column with all that it is made of: its kind, whether it is required, and what the kind needs. */
export type TypeShape =
  | readonly ['list', boolean, TypeShape]
  | readonly ['enum', boolean, readonly string[]]
  | readonly ['value', boolean, readonly FieldShape[]]
  | readonly ['scalar' | 'response', boolean, string]

export type FieldShape = readonly [name: string, type: TypeShape]

/** A column of a join table: of a plain one its type, of one that names an entity that one's lake name. */
export type ColumnShape = readonly [name: string, typeOrEntity: TypeShape | string]

/** Definition of a table as plain JSON, part of stored formats. Descriptions do not count. */
export type TableShape =
  | { readonly kind: 'entity'; readonly columns: readonly FieldShape[] }
  | { readonly kind: 'joinTable'; readonly columns: readonly ColumnShape[] }

type Types = Pick<Project, 'enums' | 'valueTypes'>

/** Shapes of all tables of a model, by lake name. */
export function tableShapes(project: Project): ReadonlyMap<string, TableShape> {
  return new Map([
    ...project.entities.map((entity) => [entity.table, entityShape(project, entity)] as const),
    ...project.joinTables.map((table) => [table.table, relationShape(project, table)] as const),
  ])
}

function entityShape(types: Types, entity: Entity): TableShape {
  return { kind: 'entity', columns: entity.fields.map(({ name, type }) => [name, typeShape(types, type)]) }
}

function relationShape(types: Types, table: JoinTable): TableShape {
  const columns = table.columns.map((column): ColumnShape => {
    return [column.name, column.kind === 'entity' ? column.entity : typeShape(types, column.type)]
  })
  return { kind: 'joinTable', columns }
}

function typeShape(types: Types, type: TypeRef): TypeShape {
  switch (type.kind) {
    case 'list':
      return ['list', type.nonNull, typeShape(types, type.item)]
    case 'enum':
      return ['enum', type.nonNull, types.enums.find((one) => one.name === type.name)?.values ?? []]
    case 'value': {
      const fields = types.valueTypes.find((one) => one.name === type.name)?.fields ?? []
      return ['value', type.nonNull, fields.map((field) => [field.name, typeShape(types, field.type)])]
    }
    default:
      return [type.kind, type.nonNull, type.name]
  }
}
