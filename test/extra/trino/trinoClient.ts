import type { Json } from '../../../src/model/json.js'
import { type TypeSignature, trinoTypeName, trinoValue } from './trinoValue.js'

/** What Trino says to a statement: types and rows of its result, or the name of its error, such as DIVISION_BY_ZERO. */
export type TrinoAnswer =
  | { readonly types: readonly string[]; readonly rows: readonly Json[][] }
  | { readonly error: string; readonly message: string }

interface Page {
  readonly nextUri?: string
  readonly columns?: readonly { readonly typeSignature: TypeSignature }[]
  readonly data?: readonly Json[][]
  readonly error?: { readonly errorName: string; readonly message: string }
}

const HEADERS = {
  'X-Trino-User': 'test',
  'X-Trino-Catalog': 'memory',
  'X-Trino-Schema': 'default',
  'X-Trino-Time-Zone': 'UTC',
  // Without it every timestamp is cut to milliseconds and loses its precision's name.
  'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
}

/** Runs one statement by the client protocol. Throws when the server does not speak it any more. */
export async function askTrino(server: string, sql: string): Promise<TrinoAnswer> {
  let page = await request(`${server}/v1/statement`, { method: 'POST', body: sql })
  let columns = page.columns
  const rows: Json[][] = []
  for (;;) {
    if (page.error) return { error: page.error.errorName, message: page.error.message }
    columns ??= page.columns
    rows.push(...(page.data ?? []))
    if (!page.nextUri) break
    page = await request(page.nextUri, {})
  }
  const types = (columns ?? []).map((column) => column.typeSignature)
  return {
    types: types.map(trinoTypeName),
    rows: rows.map((row) => row.map((value, at) => trinoValue(value, types[at] as TypeSignature))),
  }
}

async function request(url: string, init: RequestInit): Promise<Page> {
  const response = await fetch(url, { ...init, headers: HEADERS })
  if (!response.ok) throw new Error(`Trino answered ${response.status}: ${await response.text()}`)
  return JSON.parse(exactIntegers(await response.text())) as Page
}

/** JSON with the whole numbers that no JavaScript number holds turned into texts. */
export function exactIntegers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
}
