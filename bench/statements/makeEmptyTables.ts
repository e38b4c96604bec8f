import type { DuckDBConnection } from '@duckdb/node-api'
import { duckdbType, quoteIdentifier } from '../../src/adapters/embedded/dialect/ddl.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'

export async function makeEmptyTables(
  connection: DuckDBConnection,
  tables: readonly LakeTable[],
): Promise<void> {
  for (const table of tables) {
    const columns = [
      ...table.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${duckdbType(type)}`),
      ...table.partitionColumns.map((name) => `${quoteIdentifier(name)} VARCHAR`),
    ]
    await connection.run(`CREATE TABLE ${quoteIdentifier(table.name)} (${columns.join(', ')})`)
  }
}
