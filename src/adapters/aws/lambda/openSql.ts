import type { SqlEngine } from '../../../ports/sqlEngine.js'
import { athenaSqlEngine } from '../athena/athenaSqlEngine.js'
import { athenaClient } from '../clients/athenaClient.js'
import type { FunctionEnvironment } from './environment.js'

/**
 * SQL for a function that answers a client. It never starts a failed statement again on its own: the execution tracker
 * has the rights for that.
 */
export function openSql({ aws, context, slice, variable, workgroup }: FunctionEnvironment): SqlEngine {
  return athenaSqlEngine({
    client: athenaClient(aws),
    database: variable('ATHENA_DATABASE_NAME'),
    outputLocation: variable('ATHENA_OUTPUT_LOCATION'),
    workgroup,
    resultReuseMinutes: slice.settings.resultReuseMinutes,
    clock: context.clock,
    restarts: false,
  })
}
