import { syncQuery } from '../../../runtime/operations/syncQuery.js'
import { openSql } from './openSql.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('syncQuery', syncQuery, (environment) => {
  return { ...environment.context, sql: openSql(environment) }
})
