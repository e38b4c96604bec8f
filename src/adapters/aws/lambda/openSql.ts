import type { SqlEngine } from '../../../ports/sqlEngine.js'
import { type AthenaSqlEngineOptions, athenaSqlEngine } from '../athena/athenaSqlEngine.js'
import { athenaClient } from '../clients/athenaClient.js'
import type { FunctionEnvironment } from './environment.js'

/** What only some functions have the rights for. */
export type SqlRights = Partial<
  Pick<
    AthenaSqlEngineOptions,
    'restarts' | 'namesObjects' | 'objects' | 'table' | 'batches' | 'resultReuseMinutes' | 'workgroup'
  >
>

/**
 * SQL for a function. One that answers a client never starts a failed statement again on its own: the execution tracker
 * has the rights for that.
 */
export function openSql(
  { aws, context, slice, variable, workgroup }: FunctionEnvironment,
  { restarts = false, ...lake }: SqlRights = {},
): SqlEngine {
  return athenaSqlEngine({
    client: athenaClient(aws),
    database: variable('ATHENA_DATABASE_NAME'),
    outputLocation: variable('ATHENA_OUTPUT_LOCATION'),
    workgroup,
    resultReuseMinutes: slice.settings.resultReuseMinutes,
    clock: context.clock,
    restarts,
    namesObjects: slice.settings.layout === 'batches',
    ...lake,
  })
}
