import { updateEntity } from '../../../runtime/operations/updateEntity.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('update', updateEntity, openTable)
