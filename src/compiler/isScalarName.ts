import { SCALARS, type ScalarName } from '../model/types.js'

/** Whether a name is that of a built-in scalar. */
export function isScalarName(name: string): name is ScalarName {
  return (SCALARS as readonly string[]).includes(name)
}
