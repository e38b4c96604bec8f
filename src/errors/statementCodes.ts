import type { DiagnosticDoc } from './diagnosticDoc.js'

/** Codes of mistakes in statements: OCG2001 to OCG2999. */
export const STATEMENT_CODES = {} as const satisfies Record<string, DiagnosticDoc>

export type StatementCode = keyof typeof STATEMENT_CODES
