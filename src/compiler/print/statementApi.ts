import { type DefinitionNode, type FieldDefinitionNode, Kind } from 'graphql'
import { taskResultName, taskResultTypeName, triggerTaskName } from '../../model/apiNames.js'
import type { Argument, Project, SelectStatement, Statement } from '../../model/types.js'
import type { ApiField } from './entityApi.js'
import { fieldNode, inputNode, nameNode, refNode, textNode, typeNode, valueNode } from './syntax.js'
import { objectType } from './types.js'
import type { UsedTypes } from './usedTypes.js'

/** Default of `limit` where the rows of a result are read. */
const RESULT_LIMIT = '1000'

/** The fields of the API that a statement has. */
export function statementFields(statement: Statement): ApiField[] {
  const { name, description } = statement
  const args = statement.args.map(argumentNode)
  switch (statement.kind) {
    case 'insert':
      return [mutation(fieldNode(name, typeNode('Boolean', true), description, args))]
    case 'delete':
      return [trigger(statement), result(statement, 'DeletionTaskResult', [taskId()])]
    case 'select':
      if (statement.mode === 'SYNC')
        return [query(fieldNode(name, refNode(statement.returns), description, args))]
      return [
        trigger(statement),
        result(statement, taskResultTypeName(name), [
          taskId(),
          inputNode('limit', typeNode('Int'), { defaultValue: { kind: Kind.INT, value: RESULT_LIMIT } }),
          inputNode('nextToken', typeNode('String')),
        ]),
      ]
  }
}

/** The types that statements need: results of tasks, response types, and what all of them share. */
export function statementTypes(
  used: UsedTypes,
  model: Pick<Project, 'entities' | 'statements' | 'responseTypes'>,
): DefinitionNode[] {
  const { statements } = model
  const selects = statements.filter((one): one is SelectStatement => one.kind === 'select')
  const tasks = selects.filter(({ mode }) => mode === 'TASK')
  const deletes = statements.some(({ kind }) => kind === 'delete')
  return [
    ...tasks.map(taskResultType),
    ...model.responseTypes
      .filter(({ name }) => used.responses.has(name))
      .map(({ name, fields, description }) =>
        objectType(
          name,
          fields.map((field) => fieldNode(field.name, refNode(field.type), field.description)),
          description,
        ),
      ),
    ...(model.entities.length > 0 ? [deleteResult()] : []),
    ...(tasks.length > 0 || deletes ? [taskTriggerResult(), taskStatus()] : []),
    ...(deletes ? [deletionTaskResult()] : []),
  ]
}

function query(field: FieldDefinitionNode): ApiField {
  return { parent: 'Query', field }
}

function mutation(field: FieldDefinitionNode): ApiField {
  return { parent: 'Mutation', field }
}

function trigger({ name, description, args }: Statement): ApiField {
  return mutation(
    fieldNode(
      triggerTaskName(name),
      typeNode('TaskTriggerResult', true),
      description,
      args.map(argumentNode),
    ),
  )
}

function result({ name }: Statement, type: string, args: Parameters<typeof fieldNode>[3]): ApiField {
  return query(
    fieldNode(taskResultName(name), typeNode(type, true), `State and result of a task of ${name}.`, args),
  )
}

function taskId() {
  return inputNode('taskId', typeNode('ID', true))
}

function argumentNode({ name, type, description, default: value }: Argument) {
  return inputNode(name, refNode(type), {
    description,
    ...(value === undefined ? {} : { defaultValue: valueNode(type, value) }),
  })
}

function taskResultType({ name, returns }: SelectStatement): DefinitionNode {
  const fields = [
    fieldNode('taskStatus', typeNode('TaskStatus', true)),
    fieldNode('result', refNode({ ...returns, nonNull: false }), 'Null unless the task has succeeded.'),
    fieldNode('nextToken', typeNode('String'), 'Null when there are no further rows.'),
    ...outcomeFields(),
  ]
  return objectType(taskResultTypeName(name), fields)
}

function outcomeFields(): FieldDefinitionNode[] {
  return [
    fieldNode('error', typeNode('String'), 'Why the task has failed.'),
    fieldNode('startDate', typeNode('AWSDateTime', true)),
    fieldNode('finishDate', typeNode('AWSDateTime')),
  ]
}

function deleteResult(): DefinitionNode {
  return objectType('DeleteResult', [
    fieldNode('id', typeNode('ID', true)),
    fieldNode('deleted', typeNode('Boolean', true), 'False when there was nothing to delete.'),
  ])
}

function taskTriggerResult(): DefinitionNode {
  return objectType('TaskTriggerResult', [fieldNode('taskId', typeNode('ID', true))])
}

function taskStatus(): DefinitionNode {
  return {
    kind: Kind.ENUM_TYPE_DEFINITION,
    name: nameNode('TaskStatus'),
    ...textNode('State of a task. Tasks and their results expire after 30 days.'),
    values: ['RUNNING', 'SUCCEEDED', 'FAILED'].map((value) => ({
      kind: Kind.ENUM_VALUE_DEFINITION,
      name: nameNode(value),
    })),
  }
}

function deletionTaskResult(): DefinitionNode {
  return objectType('DeletionTaskResult', [
    fieldNode('taskStatus', typeNode('TaskStatus', true)),
    fieldNode('deletedCount', typeNode('Int'), 'Relations that were removed.'),
    ...outcomeFields(),
  ])
}
