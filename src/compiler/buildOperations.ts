import { entityFieldNames, taskResultName, triggerTaskName } from '../model/apiNames.js'
import type { Entity, Operation, Statement } from '../model/types.js'

/** One operation for each field of the generated API: entities first, then statements, in the order of the schema. */
export function buildOperations(entities: readonly Entity[], statements: readonly Statement[]): Operation[] {
  return [...entities.flatMap(entityOperations), ...statements.flatMap(statementOperations)]
}

function entityOperations({ name, plural, table }: Entity): Operation[] {
  const fields = entityFieldNames(name, plural)
  return [
    { kind: 'read', parent: 'Query', field: fields.read, entity: table },
    { kind: 'list', parent: 'Query', field: fields.list, entity: table },
    { kind: 'create', parent: 'Mutation', field: fields.create, entity: table },
    { kind: 'update', parent: 'Mutation', field: fields.update, entity: table },
    { kind: 'delete', parent: 'Mutation', field: fields.delete, entity: table },
  ]
}

function statementOperations(statement: Statement): Operation[] {
  const { name } = statement
  if (statement.kind === 'insert') {
    return [{ kind: 'insertRelation', parent: 'Mutation', field: name, statement: name }]
  }
  if (statement.kind === 'select' && statement.mode === 'SYNC') {
    return [{ kind: 'syncQuery', parent: 'Query', field: name, statement: name }]
  }
  return [
    { kind: 'triggerTask', parent: 'Mutation', field: triggerTaskName(name), statement: name },
    { kind: 'taskResult', parent: 'Query', field: taskResultName(name), statement: name },
  ]
}
