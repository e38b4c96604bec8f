/** The directives of the schema language with their arguments. */
export const DIRECTIVES: ReadonlyMap<string, readonly string[]> = new Map([
  ['sql_query', ['query', 'mode']],
  ['task_response', []],
])
