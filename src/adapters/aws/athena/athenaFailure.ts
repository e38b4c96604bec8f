import type { SqlFailureReason } from '../../../ports/sqlEngine.js'

export interface AthenaFailure {
  readonly reason: SqlFailureReason
  /** Safe to show: no bucket, path, account or id. */
  readonly message: string
}

/** What Athena tells of a failed execution. */
export interface AthenaComplaint {
  /** `CODE: text`, mostly. */
  readonly text: string
  /** Number of `AthenaError.ErrorCategory`: 1 Athena's, 2 the user's, 3 others. */
  readonly category?: number
}

export const UNAVAILABLE = 'SQL is not available at the moment. Try again shortly.'

const DOES_NOT_FIT = 'The statement does not fit the tables that it reads.'
const CHANGED = 'The data changed while the statement read it.'

/** The first rule that fits decides. Codes also stand behind other words. */
const RULES: readonly (readonly [RegExp, SqlFailureReason, string])[] = [
  [/bytes scanned limit/i, 'failed', 'The statement would read more data than one statement may.'],
  [
    /query timeout|EXCEEDED_TIME_LIMIT|maximum (?:run|execution) time/i,
    'timeout',
    'The statement took too long.',
  ],
  [
    /exhausted resources|EXCEEDED_\w*MEMORY_LIMIT|OUT_OF_MEMORY|CLUSTER_OUT_OF_MEMORY|OutOfMemoryError/i,
    'outOfMemory',
    'The statement needs more memory than statements may use.',
  ],
  // A throttled bucket, and one that may not be read, come in the words of a file that can't be opened.
  [
    /Slow Down|Status Code: 5\d\d|reduce your request rate|Throttling|TooManyRequests/i,
    'unavailable',
    UNAVAILABLE,
  ],
  [/AccessDenied|Access Denied|not authorized|Insufficient \w+/i, 'unavailable', UNAVAILABLE],
  [
    /NoSuchKey|PreconditionFailed|Status Code: (?:404|412)|specified key does not exist/i,
    'lakeChanged',
    CHANGED,
  ],
  [/HIVE_CANNOT_OPEN_SPLIT|HIVE_CURSOR_ERROR|HIVE_FILE_NOT_FOUND/, 'lakeChanged', CHANGED],
  // A file that was replaced by a longer or shorter one after its size was listed: its end is looked for at a wrong place.
  [/^HIVE_BAD_DATA[\s\S]*(?:magic number|not (?:a )?valid Parquet)/i, 'lakeChanged', CHANGED],
  [/INTERNAL_ERROR|internal error/i, 'unavailable', UNAVAILABLE],
]

/** Athena stops VACUUM and OPTIMIZE after a share of their work. */
const UNFINISHED: AthenaFailure = { reason: 'unfinished', message: 'There is more to do: run it again.' }

/**
 * A statement has waited for longer than old snapshots are kept. The same text would name the same snapshot again, so it's no
 * matter of starting it once more.
 */
const SNAPSHOT_GONE =
  /^(?:INVALID_ARGUMENTS|ICEBERG_\w+|NOT_FOUND): (?:Iceberg snapshot ID does not exist|(?:Can ?not|Could not) find snapshot)/i

/** Codes of statements that Trino could not make a plan of. */
const NO_PLAN =
  /^(?:SYNTAX_ERROR|TYPE_MISMATCH|(?:COLUMN|TABLE|SCHEMA|CATALOG|FUNCTION|TYPE|VIEW)_NOT_FOUND|AMBIGUOUS_\w+|MISSING_\w+|MISMATCHED_\w+|DUPLICATE_\w+|EXPRESSION_\w+|NESTED_\w+|NOT_SUPPORTED|INVALID_COLUMN_REFERENCE|FUNCTION_NOT_\w+)$/

/** Codes whose text speaks of the statement's values, and of nothing else. */
const OWN_FAULT = new Set([
  'INVALID_CAST_ARGUMENT',
  'INVALID_FUNCTION_ARGUMENT',
  'INVALID_ARGUMENTS',
  'INVALID_LITERAL',
  'NUMERIC_VALUE_OUT_OF_RANGE',
  'SUBQUERY_MULTIPLE_ROWS',
  'EXCEEDED_FUNCTION_MEMORY_LIMIT',
  'INVALID_JSON_LITERAL',
  'INVALID_ROW_FILTER',
  'GENERIC_USER_ERROR',
  'INVALID_LIMIT_CLAUSE',
  'INVALID_WINDOW_FRAME',
  'INVALID_PATH',
  'PATH_EVALUATION_ERROR',
])

/** The safe form of what Athena says about a failed execution. */
export function athenaFailure({ text, category }: AthenaComplaint): AthenaFailure {
  const plain = withoutAdvice(text)
  const code = /^([A-Z][A-Z0-9_]+)(?:: |$)/.exec(plain)?.[1] ?? ''
  // The code first: what follows it may quote any text of the data.
  if (code === 'DIVISION_BY_ZERO') return { reason: 'failed', message: 'Division by zero.' }
  if (/^ICEBERG_(?:VACUUM|OPTIMIZE)_MORE_RUNS_NEEDED$/.test(code)) return UNFINISHED
  if (SNAPSHOT_GONE.test(plain)) return { reason: 'unavailable', message: UNAVAILABLE }
  if (OWN_FAULT.has(code)) return { reason: 'failed', message: sentenceOf(plain.slice(code.length + 2)) }
  if (NO_PLAN.test(code)) return { reason: 'failed', message: DOES_NOT_FIT }
  for (const [pattern, reason, message] of RULES) if (pattern.test(plain)) return { reason, message }
  if (category === 2) return { reason: 'failed', message: 'The statement failed on the data that it reads.' }
  return { reason: 'unavailable', message: UNAVAILABLE }
}

/** Whether Athena cancelled an execution by itself, such as one that reads too much. */
export function isCancelledByAthena(text: string): boolean {
  return RULES.slice(0, 3).some(([pattern]) => pattern.test(text))
}

/** Casts, in the words that the embedded engine has for them: the value itself may be a secret of the data. */
const CASTS: readonly (readonly [RegExp, string])[] = [
  [/to (?:TINYINT|SMALLINT|INTEGER|INT|BIGINT)\b/i, 'A text can not be cast to a whole number.'],
  [/to BOOLEAN\b/i, 'A text can not be cast to boolean.'],
  [/to (?:DOUBLE|REAL)\b/i, 'A text can not be cast to a number.'],
  [/to DECIMAL/i, 'A text can not be cast to decimal.'],
  [
    /to TIMESTAMP|cast to timestamp/i,
    'A text can not be cast to timestamp: it has to be written as YYYY-MM-DD hh:mm:ss.',
  ],
  [/to DATE\b/i, 'A text can not be cast to date: it has to be written as YYYY-MM-DD.'],
  [/to TIME\b/i, 'A text can not be cast to time: it has to be written as hh:mm:ss.'],
]

const MESSAGE_LENGTH = 300

function sentenceOf(text: string): string {
  if (/^(?:Cannot cast|Value cannot be cast)/i.test(text)) {
    const known = CASTS.find(([pattern]) => pattern.test(text.slice(-60)))
    if (known) return known[1]
  }
  const line = sanitised((text.split('\n', 1)[0] as string).trim())
  const cut = line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)}…` : line
  return `The statement failed: ${/[.!?…]$/.test(cut) ? cut : `${cut}.`}`
}

/** Athena adds advice to its complaints: which manifest to clean up, where to ask, under which id. */
function withoutAdvice(text: string): string {
  return text
    .replace(/\s*If a data manifest file was generated[\s\S]*$/i, '')
    .replace(/\s*This query ran against[\s\S]*$/i, '')
    .replace(/\s*\[?(?:Execution|Query) ?Id:?[\s\S]*$/i, '')
    .replace(/^(?:Query failed:?|FAILED:)\s*/i, '')
    .trim()
}

function sanitised(line: string): string {
  return line
    .replace(/\bs3[an]?:\/\/\S+/gi, 'a file')
    .replace(/\barn:\S+/gi, 'a resource')
    .replace(/https?:\/\/\S+/gi, 'an address')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, 'an id')
    .replace(/\bline \d+:\d+: /g, '')
    .replace(/"?awsdatacatalog"?\./gi, '')
    .replace(/\b\d{12}\b/g, 'a number')
}
