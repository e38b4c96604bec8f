import { insertRelation } from '../../../runtime/operations/insertRelation.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('insertRelation', insertRelation, openTable)
