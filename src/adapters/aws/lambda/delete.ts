import { deleteEntity } from '../../../runtime/operations/deleteEntity.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('delete', deleteEntity, openTable)
