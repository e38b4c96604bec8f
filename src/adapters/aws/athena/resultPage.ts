import { type AthenaClient, GetQueryResultsCommand, type Row } from '@aws-sdk/client-athena'
import { type Json, jsonBytes } from '../../../model/json.js'
import type { NestedResultType, ResultColumn } from '../../../model/types.js'
import { SqlError, type SqlResultPage, type SqlRow } from '../../../ports/sqlEngine.js'
import { isInvalidRequest } from './athenaCall.js'
import { nestedValue } from './nestedValue.js'
import { scalarValue } from './scalarValue.js'

export interface PageRequest {
  readonly start?: string
  readonly limit: number
  readonly maxBytes: number
  readonly columns?: readonly ResultColumn[]
}

/** Most rows of one answer. Source: Athena's API reference, `GetQueryResults`. */
const MAX_RESULTS = 1000

/**
 * Place of a row: within a page of Athena's, `offset` rows behind its beginning. All pages of one reading have the same
 * size, since nothing promises that a token goes with another one.
 */
interface Cursor {
  /** Absent: the first page. */
  readonly token?: string
  readonly size: number
  readonly offset: number
}

/** Rows of a succeeded execution. `send` makes one call, with its retries. Throws `SqlError`. */
export async function resultPage(
  client: Pick<AthenaClient, 'send'>,
  executionId: string,
  request: PageRequest,
  send: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<SqlResultPage> {
  const { start, limit, maxBytes, columns } = request
  // Besides the rows the first page has a header; one row more tells whether there are more.
  let cursor: Cursor =
    start === undefined ? { size: Math.min(MAX_RESULTS, limit + 2), offset: 0 } : parse(start)
  const rows: SqlRow[] = []
  let bytes = 0
  for (;;) {
    const { token, size, offset } = cursor
    const page = await fetchPage(client, executionId, token, size, send)
    const decode = rowDecoder(page.columns, columns)
    for (let at = offset; at < page.rows.length; at++) {
      const row = decode(page.rows[at] as Row)
      bytes += jsonBytes(row) + 1
      if (rows.length === limit || (rows.length > 0 && bytes > maxBytes)) {
        return { columns: decode.names, rows, next: write({ ...cursor, offset: at }) }
      }
      rows.push(row)
    }
    if (page.next === undefined) return { columns: decode.names, rows }
    cursor = { token: page.next, size, offset: 0 }
  }
}

async function fetchPage(
  client: Pick<AthenaClient, 'send'>,
  executionId: string,
  token: string | undefined,
  size: number,
  send: <T>(call: () => Promise<T>) => Promise<T>,
) {
  const input = {
    QueryExecutionId: executionId,
    MaxResults: size,
    ...(token !== undefined && { NextToken: token }),
  }
  try {
    const answer = await send(() => client.send(new GetQueryResultsCommand(input)))
    const found = answer.ResultSet?.Rows ?? []
    return {
      columns: (answer.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(
        ({ Name = '', Type = 'varchar' }) => {
          return { name: Name, type: Type }
        },
      ),
      // A SELECT's first page begins with the names of its columns.
      rows: token === undefined ? found.slice(1) : found,
      next: answer.NextToken || undefined,
    }
  } catch (error) {
    if (!isInvalidRequest(error)) throw error
    throw new SqlError('failed', 'This execution has no such result.', { cause: error })
  }
}

interface RowDecoder {
  (row: Row): SqlRow
  readonly names: readonly string[]
}

function rowDecoder(
  found: readonly { readonly name: string; readonly type: string }[],
  declared: readonly ResultColumn[] | undefined,
): RowDecoder {
  const known = declared?.length === found.length ? declared : undefined
  const decoders = found.map(({ type }, at) => {
    const nested = known?.[at]?.nested
    return (text: string): Json => (nested ? readNested(text, nested) : scalarValue(text, type))
  })
  const decode = ({ Data = [] }: Row): SqlRow =>
    decoders.map((value, at) => {
      const text = Data[at]?.VarCharValue
      return text === undefined ? null : value(text)
    })
  // The catalogue knows names in lower case only; the statement's are those that it was written with.
  return Object.assign(decode, { names: found.map(({ name }, at) => known?.[at]?.name || name) })
}

/** A result of the statement as it was before a deployment need not have the types of now. */
function readNested(text: string, type: NestedResultType): Json {
  try {
    return nestedValue(text, type)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new SqlError('failed', 'The result was made by another form of the statement.', { cause })
  }
}

function write({ token, size, offset }: Cursor): string {
  return Buffer.from(JSON.stringify([size, offset, ...(token === undefined ? [] : [token])])).toString(
    'base64url',
  )
}

function parse(text: string): Cursor {
  try {
    const [size, offset, token] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const isPlace = isCount(size) && size <= MAX_RESULTS && isCount(offset) && offset <= MAX_RESULTS
    if (isPlace && size > 0) return { size, offset, ...(typeof token === 'string' && { token }) }
  } catch {
    // Not one of ours: told below.
  }
  throw new SqlError('failed', 'This execution has no such result.')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
