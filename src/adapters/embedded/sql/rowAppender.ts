import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBDateValue,
  DuckDBTimestampValue,
  DuckDBValue,
} from '@duckdb/node-api'
import { storedColumns } from '../../../lake/lakeTableFormat.js'
import type { LakeColumn, LakeTable, LakeType } from '../../../model/lakeSchema.js'
import { type ColumnOrder, STORED } from './imageSchema.js'
import type { LakeRow } from './rowValues.js'

/** Appends rows to one stored table, inside the connection's transaction. */
export interface RowAppender {
  append(row: LakeRow): void
  /** Hands over what is left and ends. */
  close(): void
  /** Ends without handing anything over. Does nothing after `close`. */
  discard(): void
}

export interface RowTarget {
  /** A table with the stored columns. */
  readonly name: string
  readonly schema: string | null
  /** Of its columns. Default: that of `storedColumns`. */
  readonly order?: ColumnOrder
}

/** Default target: the stored form of the table. */
export async function openRowAppender(
  connection: DuckDBConnection,
  table: LakeTable,
  target: Partial<RowTarget> = {},
): Promise<RowAppender> {
  const { name = table.name, schema = STORED } = target
  const appender = await connection.createAppender(name, schema)
  let open = true
  const columns = storedColumns(table)
  const order = target.order ?? columns.map((_, index) => index)
  const writers = order.map((column, place) =>
    valueWriter(appender, (columns[column] as LakeColumn).type, place),
  )
  return {
    append({ values }) {
      for (let place = 0; place < order.length; place++) {
        const value = values[order[place] as number] as DuckDBValue
        if (value === null) appender.appendNull()
        else (writers[place] as ValueWriter)(value)
      }
      appender.endRow()
    },
    close() {
      open = false
      closeAppender(appender)
    },
    discard() {
      if (!open) return
      appender.clear()
      appender.closeSync()
    },
  }
}

/** Hands over what is left. A refused row is thrown away first, or it would come again in another transaction. */
export function closeAppender(appender: DuckDBAppender): void {
  try {
    appender.flushSync()
  } catch (error) {
    appender.clear()
    throw error
  } finally {
    appender.closeSync()
  }
}

type ValueWriter = (value: DuckDBValue) => void

/** The value fits: `rowMaker` has seen to that. */
function valueWriter(appender: DuckDBAppender, type: LakeType, index: number): ValueWriter {
  switch (type.kind) {
    case 'string':
      return (value) => appender.appendVarchar(value as string)
    case 'int':
      return (value) => appender.appendInteger(value as number)
    case 'bigint':
      return (value) => appender.appendBigInt(value as bigint)
    case 'double':
      return (value) => appender.appendDouble(value as number)
    case 'boolean':
      return (value) => appender.appendBoolean(value as boolean)
    case 'timestamp':
      return (value) => appender.appendTimestamp(value as DuckDBTimestampValue)
    case 'date':
      return (value) => appender.appendDate(value as DuckDBDateValue)
    default: {
      const engineType = appender.columnType(index)
      return (value) => appender.appendValue(value, engineType)
    }
  }
}
