import { listEntities } from '../../../runtime/operations/listEntities.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('list', listEntities, openTable)
