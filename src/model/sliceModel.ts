import type { ModelSlice } from './functions.js'
import type { Operation, Project, TypeRef } from './types.js'

/**
 * The part of the model that one operation needs: its entity or statement, and the types that these are made of. What
 * changes elsewhere in the schema leaves it, and so the function, as it was.
 *
 * `withTables`: with the tables that its statement reads, for a lake that a statement must put together itself.
 */
export function sliceModel(
  project: Project,
  operation: Operation,
  { withTables = false }: { readonly withTables?: boolean } = {},
): ModelSlice {
  const statements = project.statements.filter(
    (one) => 'statement' in operation && one.name === operation.statement,
  )
  const read = new Set(
    statements.flatMap((one) =>
      withTables && startsStatement(operation) && one.kind !== 'insert' ? one.tables : [],
    ),
  )
  const entities = project.entities.filter(
    ({ table }) => ('entity' in operation && table === operation.entity) || read.has(table),
  )
  const inserted = statements.flatMap((one) => (one.kind === 'insert' ? one.joinTable : []))
  const joinTables = project.joinTables.filter(({ table }) => inserted.includes(table) || read.has(table))
  const joined = new Set(
    joinTables.flatMap(({ columns }) => columns.flatMap((one) => (one.kind === 'entity' ? one.entity : []))),
  )
  const roots: TypeRef[] = [
    ...entities.flatMap(({ fields }) => fields.map(({ type }) => type)),
    ...joinTables.flatMap(({ columns }) => columns.flatMap((one) => (one.kind === 'plain' ? one.type : []))),
    ...statements.flatMap((one) => [
      ...one.args.map(({ type }) => type),
      ...(one.kind === 'select' ? [one.returns] : []),
    ]),
  ]
  const used = usedTypes(project, roots)
  return {
    format: project.format,
    name: project.name,
    enums: project.enums.filter(({ name }) => used.has(name)),
    valueTypes: project.valueTypes.filter(({ name }) => used.has(name)),
    responseTypes: project.responseTypes.filter(({ name }) => used.has(name)),
    // Of the entities of a relation only their names are asked for.
    entities: [
      ...entities,
      ...project.entities
        .filter(({ table }) => joined.has(table) && !entities.some((one) => one.table === table))
        .map((entity) => ({ ...entity, fields: [] })),
    ],
    joinTables,
    statements,
    operations: [operation],
  }
}

/** Results are read without the tables that they come from. */
function startsStatement({ kind }: Operation): boolean {
  return kind === 'syncQuery' || kind === 'triggerTask'
}

/** The whole model, for functions that serve all of it. */
export function wholeSlice({ sdl: _sdl, hash: _hash, ...model }: Project): ModelSlice {
  return model
}

function usedTypes(project: Project, roots: readonly TypeRef[]): ReadonlySet<string> {
  const used = new Set<string>()
  const pending = [...roots]
  for (let type = pending.pop(); type; type = pending.pop()) {
    if (type.kind === 'list') pending.push(type.item)
    if (type.kind === 'list' || type.kind === 'scalar' || used.has(type.name)) continue
    const { name } = type
    used.add(name)
    const fields = [...project.valueTypes, ...project.responseTypes].find((one) => one.name === name)?.fields
    pending.push(...(fields ?? []).map((field) => field.type))
  }
  return used
}
