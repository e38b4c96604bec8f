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
 * Prepares exactly one SELECT: the second wall behind `translate`, which is the first. Throws `GateError` for several
 * statements and for anything but a SELECT; what the engine itself finds wrong comes in its own words.
 */
export async function prepareQuery(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  // The engine would read up to it only.
  if (sql.includes('\0')) throw new GateError('A statement must not hold a NUL character.')
  const extracted = await connection.extractStatements(sql)
  if (extracted.count !== 1) throw new GateError('Exactly one statement can run at a time.')
  const prepared = await extracted.prepare(0)
  if (prepared.statementType === StatementType.SELECT) return prepared
  prepared.destroySync()
  throw new GateError('Only a SELECT can run.')
}
