import type { DiagnosticDoc } from './diagnosticDoc.js'
import { SCHEMA_CODES } from './schemaCodes.js'
import { STATEMENT_CODES } from './statementCodes.js'

/** Every code that a diagnostic can have, with its documentation, in the order of the codes. Codes are never reused. */
export const DIAGNOSTIC_CODES: Readonly<Record<string, DiagnosticDoc>> = {
  ...SCHEMA_CODES,
  ...STATEMENT_CODES,
}
