import { createEntity } from '../../../runtime/operations/createEntity.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('create', createEntity, openTable)
