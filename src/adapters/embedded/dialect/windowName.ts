import { quoteIdentifier } from './ddl.js'

/** How a named window is called in DuckDB. */
export function windowName(name: string): string {
  return quoteIdentifier(`w_${name.toLowerCase()}`)
}
