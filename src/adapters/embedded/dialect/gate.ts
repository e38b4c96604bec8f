import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'

/**
 * Settings of an instance that runs statements, in their order. After them nothing outside of the instance can be read or
 * written, no extension loaded, and no setting changed. Run `MACROS` and make the tables first or later: locking stops
 * settings only.
 *
 * An instance that also has to reach its own database file or a folder needs `ATTACH` before these, and may leave out
 * `enable_external_access` only for a connection that no statement reaches.
 */
export const ENGINE_SETTINGS: readonly string[] = [
  "SET TimeZone = 'UTC'",
  "SET default_null_order = 'nulls_last'",
  "SET default_collation = ''",
  'SET integer_division = false',
  'SET ieee_floating_point_ops = true',
  'SET old_implicit_casting = false',
  'SET preserve_identifier_case = true',
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET allow_community_extensions = false',
  'SET allow_unsigned_extensions = false',
  'SET allow_persistent_secrets = false',
  'SET enable_external_access = false',
  "SET disabled_filesystems = 'LocalFileSystem'",
  'SET lock_configuration = true',
]

/** A text that may not run, whatever it means. */
export class GateError extends Error {
  override readonly name = 'GateError'
}

/**
 * Prepares exactly one SELECT: the second wall behind `translate`, which is the first. DuckDB's own parse of the text is
 * looked at: a table that is not one of `tables`, a table function, and a function that knows of files, settings or the
 * engine's catalogue throw `GateError`, as do several statements and anything but a SELECT. What the engine itself finds
 * wrong comes in its own words.
 *
 * `parser` is what `prepareParser` gave for the same connection: it saves time where many statements are prepared.
 */
export async function prepareQuery(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly string[],
  parser?: DuckDBPreparedStatement,
): Promise<DuckDBPreparedStatement> {
  // The engine would read up to it only.
  if (sql.includes('\0')) throw new GateError('A statement must not hold a NUL character.')
  const parsed = await parse(connection, sql, parser)
  if (parsed.length !== 1) throw new GateError('Exactly one statement can run at a time.')
  const names = new Set(tables.map((table) => table.toLowerCase()))
  collectQueryNames(parsed, names)
  check(parsed, names)
  const prepared = await connection.prepare(sql)
  if (prepared.statementType === StatementType.SELECT) return prepared
  prepared.destroySync()
  throw new GateError('Only a SELECT can run.')
}

/** The engine's own parser as a statement, which any number of texts can be given to, one at a time. */
export function prepareParser(connection: DuckDBConnection): Promise<DuckDBPreparedStatement> {
  return connection.prepare('SELECT json_serialize_sql($1::VARCHAR)')
}

/** Statements as DuckDB reads them; it gives the trees of SELECTs only. */
async function parse(
  connection: DuckDBConnection,
  sql: string,
  given: DuckDBPreparedStatement | undefined,
): Promise<readonly unknown[]> {
  const parser = given ?? (await prepareParser(connection))
  parser.bindVarchar(1, sql)
  const reader = await parser.runAndReadAll()
  if (!given) parser.destroySync()
  const answer = JSON.parse(String(reader.getRows()[0]?.[0])) as { error: boolean; statements?: unknown[] }
  if (answer.error || !answer.statements) throw new GateError('Only a SELECT can run.')
  return answer.statements
}

type Tree = { readonly [key: string]: unknown }

/** Adds the names of WITH: where each of them holds is the engine's to know. */
function collectQueryNames(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return
  const tree = part as Tree
  if (Array.isArray(tree.map)) {
    for (const { key } of tree.map as { key?: unknown }[]) {
      if (typeof key === 'string') names.add(key.toLowerCase())
    }
  }
  for (const value of Object.values(tree)) collectQueryNames(value, names)
}

function check(part: unknown, names: ReadonlySet<string>): void {
  if (typeof part !== 'object' || part === null) return
  const tree = part as Tree
  // The engine writes VALUES and PRAGMA as table functions of its own; a statement's VALUES are an expression list.
  if (tree.type === 'TABLE_FUNCTION' || tree.type === 'SHOW_REF') {
    throw new GateError('A statement can not read from a table function.')
  }
  if (tree.type === 'BASE_TABLE') {
    const known = names.has(String(tree.table_name).toLowerCase())
    if (!known || tree.schema_name !== '' || tree.catalog_name !== '') {
      throw new GateError("A statement reads the project's tables only.")
    }
  }
  if (tree.class === 'FUNCTION' && FORBIDDEN.test(String(tree.function_name))) {
    throw new GateError(`A statement can not call ${String(tree.function_name)}.`)
  }
  for (const value of Object.values(tree)) check(value, names)
}

/** Functions that look outside of their arguments. */
const FORBIDDEN =
  /^(?:getenv|getvariable|current_(?:setting|schemas?|database|catalog|query|user|role)|(?:session_)?user|version|nextval|currval|txid_.*|in_search_path|query|query_table|glob|write_log|which_secret|(?:read|parquet|sniff|duckdb|pragma|pg|has|set|get|from_substrait)_.*|json_(?:de)?serialize.*|json_execute.*)$/i
