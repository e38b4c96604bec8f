import type { FieldDefinitionNode, StringValueNode } from 'graphql'

export interface SqlQueryDirective {
  readonly query: StringValueNode
  readonly mode: 'TASK' | 'SYNC'
}

/** The `@sql_query` of a field; undefined when it has none or one that is not valid (a rule reports that). */
export function sqlQueryOf(field: FieldDefinitionNode): SqlQueryDirective | undefined {
  const directive = field.directives?.find(({ name }) => name.value === 'sql_query')
  const query = directive?.arguments?.find(({ name }) => name.value === 'query')?.value
  const mode = directive?.arguments?.find(({ name }) => name.value === 'mode')?.value
  if (query?.kind !== 'StringValue' || query.value.trim() === '') return undefined
  return { query, mode: mode?.kind === 'EnumValue' && mode.value === 'SYNC' ? 'SYNC' : 'TASK' }
}
