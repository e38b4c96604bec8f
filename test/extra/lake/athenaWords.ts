import { splitTop, trinoOfHive } from './hiveTypes.js'
import { ICEBERG } from './startLakeTrino.js'

/** What a statement does to objects and the catalog. */
export type StatementEffect = 'read' | 'write' | 'clean' | 'create' | 'alter' | 'drop'

export interface TrinoStatements {
  readonly effect: StatementEffect
  /** Trino's statements for it, in order; the result is that of the last. */
  readonly statements: readonly string[]
}

/** What the stand-in remembers of Iceberg tables, which Trino has no properties for: seconds that VACUUM keeps snapshots. */
export type SnapshotAges = Map<string, number>

/** Athena's statements in Trino's words: what is not its own DDL, OPTIMIZE or VACUUM is the same. */
export function inTrinosWords(sql: string, database: string, ages: SnapshotAges): TrinoStatements {
  const text = sql.trim()
  const own = (name: string) => `${ICEBERG}."${database}"."${name}"`
  const optimize = /^OPTIMIZE ([a-z0-9_]+) REWRITE DATA USING BIN_PACK(?: (WHERE .*))?$/s.exec(text)
  if (optimize) {
    const [, table = '', where = ''] = optimize
    return { effect: 'write', statements: [`ALTER TABLE ${own(table)} EXECUTE optimize ${where}`] }
  }
  const vacuum = /^VACUUM `([a-z0-9_]+)`$/.exec(text)
  if (vacuum) {
    const [, table = ''] = vacuum
    const age = `retention_threshold => '${ages.get(table) ?? 432_000}s'`
    const run = (procedure: string) => `ALTER TABLE ${own(table)} EXECUTE ${procedure}(${age})`
    return { effect: 'clean', statements: [run('expire_snapshots'), run('remove_orphan_files')] }
  }
  if (/^CREATE TABLE /.test(text)) return createTable(text, own, ages)
  const alter = /^ALTER TABLE `([a-z0-9_]+)` ADD COLUMNS \((.*)\)$/s.exec(text)
  if (alter) {
    const [, table = '', columns = ''] = alter
    const statements = splitTop(columns).map((one) => {
      return `ALTER TABLE ${own(table)} ADD COLUMN ${column(one)}`
    })
    return { effect: 'alter', statements }
  }
  const drop = /^DROP TABLE IF EXISTS `([a-z0-9_]+)`$/.exec(text)
  if (drop) return { effect: 'drop', statements: [`DROP TABLE IF EXISTS ${own(drop[1] ?? '')}`] }
  const effect = /^(?:MERGE|DELETE|INSERT|UPDATE)\b/i.test(text) ? 'write' : 'read'
  return { effect, statements: [text] }
}

const CREATE =
  /^CREATE TABLE IF NOT EXISTS `([a-z0-9_]+)` \((.*)\) PARTITIONED BY \((.*?)\) LOCATION '([^']+)' TBLPROPERTIES \((.*)\)$/s

function createTable(text: string, own: (name: string) => string, ages: SnapshotAges): TrinoStatements {
  const [, table = '', columns = '', partitions = '', location = '', properties = ''] =
    CREATE.exec(text) ?? []
  if (!/'table_type' = 'ICEBERG'/.test(properties)) throw new Error(`This stand-in can not read: ${text}`)
  ages.set(table, Number(/'vacuum_max_snapshot_age_seconds' = '(\d+)'/.exec(properties)?.[1] ?? 432_000))
  const keys = splitTop(partitions).map((one) => `'${one.trim().replaceAll('`', '')}'`)
  const statement = `CREATE TABLE IF NOT EXISTS ${own(table)} (${splitTop(columns).map(column).join(', ')})
    WITH (partitioning = ARRAY[${keys.join(', ')}], format = 'PARQUET', location = '${location}')`
  return { effect: 'create', statements: [statement] }
}

function column(declaration: string): string {
  const [, name = '', type = ''] = /^\s*`([^`]+)` (.*)$/s.exec(declaration) ?? []
  return `"${name}" ${trinoOfHive(type, 6)}`
}
