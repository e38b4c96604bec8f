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

const UNAVAILABLE = 'SQL is not available at the moment. Try again shortly.'

/** The first rule that fits decides. Each looks at the whole text: codes also stand behind other words. */
const RULES: readonly (readonly [RegExp, SqlFailureReason, string])[] = [
  [
    /bytes scanned limit|BYTES_SCANNED|exceeded.{0,40}limit.{0,20}scan/i,
    'failed',
    'The statement would read more data than one statement may.',
  ],
  [
    /Query timeout|EXCEEDED_TIME_LIMIT|maximum (?:run|execution) time/i,
    'timeout',
    'The statement took too long.',
  ],
  [
    /exhausted resources|EXCEEDED_(?:LOCAL_|GLOBAL_)?MEMORY|memory limit|OUT_OF_MEMORY|OutOfMemory/i,
    'outOfMemory',
    'The statement needs more memory than statements may use.',
  ],
  // A throttled bucket comes in the words of a file that can't be opened.
  [
    /Slow ?Down|503|Please reduce your request rate|ThrottlingException|TooManyRequests/i,
    'unavailable',
    UNAVAILABLE,
  ],
  [
    /NoSuchKey|PreconditionFailed|Status Code: (?:404|412)|key does not exist|FILE_NOT_FOUND|FileNotFound|HIVE_FILE_NOT_FOUND|At least one of the pre-?conditions/i,
    'lakeChanged',
    'The data changed while the statement read it.',
  ],
  [
    /HIVE_CANNOT_OPEN_SPLIT|HIVE_CURSOR_ERROR|HIVE_BAD_DATA.*(?:footer|magic|length)/i,
    'lakeChanged',
    'The data changed while the statement read it.',
  ],
  [/AccessDenied|Access Denied|not authorized|Insufficient permissions/i, 'unavailable', UNAVAILABLE],
  [
    /^(?:\w+_ERROR|TYPE_MISMATCH|\w+_NOT_FOUND|FUNCTION_\w+|AMBIGUOUS_\w+|MISSING_\w+|DUPLICATE_\w+|EXPRESSION_\w+|INVALID_COLUMN_\w+|NOT_SUPPORTED|TABLE_\w+|COLUMN_\w+|SCHEMA_\w+): .*(?:line \d+:\d+|cannot be resolved|does not exist|not registered)/i,
    'failed',
    'The statement does not fit the tables that it reads.',
  ],
  [/^SYNTAX_ERROR/, 'failed', 'The statement does not fit the tables that it reads.'],
  [/^DIVISION_BY_ZERO/, 'failed', 'Division by zero.'],
]

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
  for (const [pattern, reason, message] of RULES) if (pattern.test(plain)) return { reason, message }
  const code = /^([A-Z][A-Z0-9_]+): /.exec(plain)?.[1]
  if (code !== undefined && OWN_FAULT.has(code)) {
    return { reason: 'failed', message: sentenceOf(plain.slice(code.length + 2)) }
  }
  if (category === 2) return { reason: 'failed', message: 'The statement failed on the data that it reads.' }
  return { reason: 'unavailable', message: UNAVAILABLE }
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
