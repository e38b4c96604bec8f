import { triggerTask } from '../../../runtime/operations/triggerTask.js'
import { openRelations } from './openRelations.js'
import { openSql } from './openSql.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('triggerTask', triggerTask, (environment) => {
  return { ...openTable(environment), sql: openSql(environment), ...openRelations(environment) }
})
