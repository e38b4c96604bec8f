import type { Execution } from './executions.js'
import type { AthenaResult } from './runStatement.js'

export type Body = Readonly<Record<string, unknown>>

/** An answer of the protocol that is a failure: its type and its message. */
export class ProtocolError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message)
  }
}

export function invalid(message: string): ProtocolError {
  return new ProtocolError('InvalidRequestException', message)
}

/** What `GetQueryExecution` tells. */
export function description(execution: Execution): unknown {
  const { error, reason, completedAt } = execution
  return {
    QueryExecutionId: execution.id,
    Query: execution.sql,
    StatementType: 'DML',
    SubstatementType: 'SELECT',
    ResultConfiguration: { OutputLocation: execution.output },
    QueryExecutionContext: { Database: execution.database, Catalog: 'awsdatacatalog' },
    Status: {
      State: execution.state,
      SubmissionDateTime: execution.submittedAt / 1000,
      ...(reason !== undefined && { StateChangeReason: reason }),
      ...(completedAt !== undefined && { CompletionDateTime: completedAt / 1000 }),
      ...(error && {
        AthenaError: {
          ErrorCategory: error.category,
          ErrorType: error.type,
          Retryable: false,
          ErrorMessage: reason,
        },
      }),
    },
    Statistics: {
      EngineExecutionTimeInMillis: (completedAt ?? Date.now()) - execution.submittedAt,
      DataScannedInBytes: 0,
      ResultReuseInformation: { ReusedPreviousResult: execution.reused },
    },
    WorkGroup: execution.workgroup,
    EngineVersion: {
      SelectedEngineVersion: 'Athena engine version 3',
      EffectiveEngineVersion: 'Athena engine version 3',
    },
  }
}

/** A page of rows, the header among them. A token goes with pages of one size only: nothing promises more. */
export function pageOf(id: string, { columns, rows }: AthenaResult, body: Body): unknown {
  const size = Number(body.MaxResults ?? 1000)
  if (!(size >= 1 && size <= 1000)) throw invalid('maxResults lies between 1 and 1000')
  let at = 0
  if (body.NextToken !== undefined) {
    const parts = Buffer.from(String(body.NextToken), 'base64').toString().split('|')
    if (parts[0] !== id || Number(parts[2]) !== size) throw invalid('nextToken is not valid')
    at = Number(parts[1])
  }
  const all = [columns.map(({ name }) => name), ...rows]
  const page = all.slice(at, at + size)
  const next =
    at + size < all.length ? Buffer.from(`${id}|${at + size}|${size}`).toString('base64') : undefined
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: page.map((row) => ({
        Data: row.map((text) => (text === undefined ? {} : { VarCharValue: text })),
      })),
      ResultSetMetadata: {
        ColumnInfo: columns.map(({ name, type }) => ({
          CatalogName: 'hive',
          SchemaName: '',
          TableName: '',
          Name: name,
          Label: name,
          Type: type,
          Precision: type === 'varchar' ? 2_147_483_647 : 0,
          Scale: 0,
          Nullable: 'UNKNOWN',
          CaseSensitive: type === 'varchar',
        })),
      },
    },
    ...(next !== undefined && { NextToken: next }),
  }
}

/** The result's object: every value in quotes, a null as nothing at all. */
export function csvOf({ columns, rows }: AthenaResult): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = [
    columns.map(({ name }) => quote(name)),
    ...rows.map((row) => row.map((text) => (text === undefined ? '' : quote(text)))),
  ]
  return lines.map((line) => `${line.join(',')}\n`).join('')
}
