import { AppError } from '../../errors/appError.js'
import type { Perform } from './work.js'

export const purge: Perform<'purge'> = async () => {
  throw new AppError('Internal', 'This version can not do that yet.')
}
