import type { LakeTable } from '../../../src/model/lakeSchema.js'
import { MUSIC_SHOP, musicShopRows } from '../../dialect/musicShop.js'
import { askTrino } from './trinoClient.js'

const TYPES: Readonly<Record<string, string>> = {
  string: 'varchar',
  int: 'integer',
  double: 'double',
  timestamp: 'timestamp(3)',
}

/** Creates the tables of the music shop in the memory connector of a server that has none yet. */
export async function loadMusicShop(server: string): Promise<void> {
  for (const table of MUSIC_SHOP) {
    const columns = table.columns.map(({ name, type }) => `${name} ${TYPES[type.kind]}`)
    await succeed(server, `CREATE TABLE ${table.name} (${columns.join(', ')})`)
    const rows = musicShopRows(table)
    for (let at = 0; at < rows.length; at += 2000) await insert(server, table, rows.slice(at, at + 2000))
  }
}

/** As one JSON text: thousands of VALUES would take the server's planner minutes. */
async function insert(server: string, table: LakeTable, rows: readonly unknown[]): Promise<void> {
  const texts = table.columns.map(({ name }) => `${name} varchar`).join(', ')
  const values = table.columns.map(({ name, type }) => `CAST(${name} AS ${TYPES[type.kind]})`).join(', ')
  const json = JSON.stringify(rows).replaceAll("'", "''")
  const names = table.columns.map(({ name }) => name).join(', ')
  await succeed(
    server,
    `INSERT INTO ${table.name} SELECT ${values}
      FROM UNNEST(CAST(json_parse('${json}') AS array(row(${texts})))) AS t (${names})`,
  )
}

async function succeed(server: string, sql: string): Promise<void> {
  const answer = await askTrino(server, sql)
  if ('error' in answer) throw new Error(`Trino refused the music shop: ${answer.message}`)
}
