import type { Report } from '../report.js'
import type { Schema } from '../schema.js'

/** Reports every violation of one rule. A rule never stops at the first, and never throws. */
export type Rule = (schema: Schema, report: Report) => void
