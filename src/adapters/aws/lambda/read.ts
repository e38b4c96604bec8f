import { readEntity } from '../../../runtime/operations/readEntity.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('read', readEntity, openTable)
