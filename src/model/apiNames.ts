/** Types that every generated API may have, whatever its schema. No type of a schema may have one of these names. */
export const SHARED_API_TYPES = [
  'DeleteResult',
  'TaskStatus',
  'TaskTriggerResult',
  'DeletionTaskResult',
] as const

/** Name of the connection that `list` returns: `UserConnection`. */
export function connectionName(entity: string): string {
  return `${entity}Connection`
}

export function createInputName(entity: string): string {
  return `Create${entity}Input`
}

export function updateInputName(entity: string): string {
  return `Update${entity}Input`
}

/** Name of the input twin of a value type: `AddressInput`. */
export function valueInputName(valueType: string): string {
  return `${valueType}Input`
}

/** Fields of the API that serve an entity. `plural` is the entity's plural as in the model. */
export function entityFieldNames(entity: string, plural: string) {
  return {
    create: `create${entity}`,
    read: `read${entity}`,
    update: `update${entity}`,
    delete: `delete${entity}`,
    list: `list${plural}`,
  } as const
}

/** Mutation that starts the task of a statement: `triggerTaskGetTrending`. */
export function triggerTaskName(statement: string): string {
  return `triggerTask${capitalised(statement)}`
}

/** Query that answers for the tasks of a statement: `taskResultGetTrending`. */
export function taskResultName(statement: string): string {
  return `taskResult${capitalised(statement)}`
}

/** Type of the answer of a SELECT's task: `TaskResultGetTrending`. */
export function taskResultTypeName(statement: string): string {
  return `TaskResult${capitalised(statement)}`
}

function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}
