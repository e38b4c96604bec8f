import { SqlError, type SqlFailureReason } from '../../../ports/sqlEngine.js'
import { FAILURE_MARK } from '../dialect/typed.js'

/** A failure of the engine in its own words, which may hold paths and internal names. */
export interface EngineFailure {
  /** The part before `Error:`, such as `Out of Memory`. Empty when the text has none. */
  readonly kind: string
  readonly text: string
}

/** Reads DuckDB's message. */
export function engineFailure(error: unknown): EngineFailure {
  const message = (error instanceof Error ? error.message : String(error)).replace(EXTRACTING, '')
  if (message.startsWith(APPENDING)) {
    const text = message.slice(APPENDING.length)
    return { kind: /memory|allocate|space/i.test(text) ? 'Out of Memory' : 'Append', text }
  }
  const end = message.indexOf(' Error: ')
  if (end < 0 || end > 40) return { kind: '', text: message }
  return { kind: message.slice(0, end), text: message.slice(end + ' Error: '.length) }
}

/** What the binding puts before the engine's own words when it can't even read a statement. */
const EXTRACTING = 'Failed to extract statements: '
/** Instead of the kind of the failure. */
const APPENDING = 'Failed to append: '

/** The safe form of an engine's failure. What is no engine's failure is the engine's fault too. */
export function sqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const { kind, text } = engineFailure(error)
  const [reason, message] = sentence(kind, text)
  return new SqlError(reason, message, { cause: error })
}

/** The database can't be used any more, or its file is damaged: its process must start again. */
export function isFatal(error: unknown): boolean {
  const { kind, text } = engineFailure(error)
  return kind === 'FATAL' || kind === 'INTERNAL' || isDamage(error) || text.includes('has been invalidated')
}

/** The file is not what was written. */
export function isDamage(error: unknown): boolean {
  const { text } = engineFailure(error)
  return DAMAGE.some((words) => text.includes(words))
}

/** The failure has nothing to do with the data: the same work may succeed later. */
export function isPassing(error: unknown): boolean {
  const { kind } = engineFailure(error)
  return PASSING.has(kind)
}

/** The disk was full, or failed, when a result was written: Node tells it by the system's name. The engine's own files are not meant. */
export function isOfResultFile(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown }
  return (
    error instanceof SqlError && cause instanceof Error && /^(ENOSPC|EDQUOT|EFBIG|EIO)\b/.test(cause.message)
  )
}

const DAMAGE = [
  'Corrupt database file',
  'Could not read enough bytes',
  'not a valid DuckDB database',
  'Failed to load metadata pointer',
]

const PASSING = new Set(['Out of Memory', 'IO', 'INTERRUPT', 'TransactionContext', 'Connection', ''])

function sentence(kind: string, text: string): readonly [SqlFailureReason, string] {
  const own = raisedMessage(text)
  if (own !== undefined) return ['failed', own]
  switch (kind) {
    case 'Out of Memory':
      return ['outOfMemory', 'The statement needs more memory than statements may use.']
    case 'INTERRUPT':
      return ['cancelled', 'The statement was cancelled.']
    case 'Conversion':
    case 'Out of Range':
    case 'Invalid Input':
    case 'Mismatch Type':
    case 'Sequence':
      return ['failed', `The statement failed: ${firstLine(text)}`]
    case 'Parser':
    case 'Syntax':
    case 'Binder':
    case 'Catalog':
    case 'Not implemented':
    case 'Permission':
      return ['failed', 'The statement does not fit the tables that it reads.']
    default:
      return ['unavailable', 'SQL is not available at the moment. Try again shortly.']
  }
}

/** The message of a failure that translated SQL raises itself: it stands in quotes in the engine's. */
function raisedMessage(text: string): string | undefined {
  const start = text.indexOf(`'${FAILURE_MARK}`)
  if (start < 0) return undefined
  const from = start + 1 + FAILURE_MARK.length
  const end = text.indexOf("' to ", from)
  return end < 0 ? undefined : text.slice(from, end)
}

const MESSAGE_LENGTH = 300

/** Messages go on with the statement's text: the first line says what happened. */
function firstLine(text: string): string {
  const line = (text.split('\n', 1)[0] as string).trim()
  const cut = line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)}…` : line
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`
}
