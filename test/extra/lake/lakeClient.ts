import type { Json } from '../../../src/model/json.js'
import { exactIntegers } from '../trino/trinoClient.js'
import type { TypeSignature } from '../trino/trinoValue.js'
import { CATALOG } from './startLakeTrino.js'

export interface TrinoRows {
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly typeSignature: TypeSignature
  }[]
  /** As the protocol has them; whole numbers beyond 2^53 are texts. */
  readonly rows: readonly (readonly Json[])[]
}

/** A statement that Trino has refused or failed. */
export class TrinoError extends Error {
  override readonly name = 'TrinoError'
  constructor(
    /** Such as DIVISION_BY_ZERO. */
    readonly errorName: string,
    /** USER_ERROR, INTERNAL_ERROR, INSUFFICIENT_RESOURCES, EXTERNAL. */
    readonly errorType: string,
    message: string,
  ) {
    super(message)
  }
}

interface Page {
  readonly nextUri?: string
  readonly columns?: TrinoRows['columns']
  readonly data?: Json[][]
  readonly error?: { readonly errorName: string; readonly errorType: string; readonly message: string }
}

/** Runs one statement in a database of Athena's catalog. Throws `TrinoError`, or the signal's reason, the statement stopped. */
export async function runOnTrino(
  url: string,
  database: string,
  sql: string,
  signal?: AbortSignal,
): Promise<TrinoRows> {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': CATALOG,
    'X-Trino-Schema': database,
    'X-Trino-Time-Zone': 'UTC',
    // Without it every timestamp is cut to milliseconds and loses its precision's name.
    'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
  }
  let page = await ask(`${url}/v1/statement`, { method: 'POST', body: sql, headers })
  let columns = page.columns
  const rows: Json[][] = []
  for (;;) {
    if (page.error) throw new TrinoError(page.error.errorName, page.error.errorType, page.error.message)
    columns ??= page.columns
    rows.push(...(page.data ?? []))
    if (!page.nextUri) return { columns: columns ?? [], rows }
    if (signal?.aborted) {
      await fetch(page.nextUri, { method: 'DELETE', headers })
      throw signal.reason
    }
    page = await ask(page.nextUri, { headers })
  }
}

async function ask(url: string, init: RequestInit): Promise<Page> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`Trino answered ${response.status}: ${await response.text()}`)
  return JSON.parse(exactIntegers(await response.text())) as Page
}
