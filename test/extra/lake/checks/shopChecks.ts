import { createBaseStatement } from '../../../../src/lake/sql/baseStatements.js'
import { lakeRelations } from '../../../../src/lake/sql/lakeRelations.js'
import { snapshotStatement } from '../../../../src/lake/sql/maintenance.js'
import { mergeStatements } from '../../../../src/lake/sql/mergeStatements.js'
import type { JsonObject } from '../../../../src/model/json.js'
import { batchesNames } from '../../../../src/model/lakeLayout.js'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import type { DeleteStatement, SelectStatement } from '../../../../src/model/types.js'
import type { LakeManifest } from '../../../../src/ports/lakeManifests.js'
import { boundSql } from '../../../../src/runtime/statements/boundSql.js'
import type { LakeRelations } from '../../../../src/runtime/statements/placeRelations.js'
import { sameRows } from '../../../dialect/compareAnswers.js'
import { batchWriter } from '../batchWriter.js'
import type { LakeServers } from '../lakeServers.js'
import { batchesGlueTable } from '../openTrinoLake.js'
import type { Report } from '../report.js'
import type { EmbeddedShop } from '../shop.js'
import { CALLS } from '../shopStatements.js'
import { spread } from '../states.js'
import { jsonRows } from '../trinoRows.js'
import { checkRecorded } from './recordedChecks.js'

/**
 * Every SELECT of the music shop, and some more, over a base and batches full of older states and tombstones: the rows
 * are those of the embedded host.
 */
export async function checkShop(report: Report, servers: LakeServers, shop: EmbeddedShop): Promise<void> {
  const manifests = new Map<string, LakeManifest>()
  const write = batchWriter(servers.s3, servers.bucket)
  const layOutAll = shop.tables.map((table) =>
    report.check(`music shop: ${table.name} in a base and two batches`, async () => {
      const manifest = await layOut(table, shop, servers, write)
      manifests.set(table.name, manifest)
      return `${shop.rows.get(table.name)?.length} rows, ${manifest.batches.map(({ rows }) => rows).join(' and ')} in batches`
    }),
  )
  await Promise.all(layOutAll)
  const relations = lakeRelations(shop.tables, { read: async () => manifests }, servers.place)
  const forms = [
    ['base and batches', relations],
    ['objects by name', (names: readonly string[]) => relations(names, 0)],
  ] as const
  for (const statement of shop.project.statements) {
    if (statement.kind === 'insert') continue
    for (const args of callsOf(statement)) {
      await report.check(`${statement.name} ${JSON.stringify(args)}`, async () => {
        const plain = await bound(shop, statement, args, 'values')
        const expected = await shop.query(plain)
        for (const [form, lake] of forms) {
          if (form === 'objects by name' && !SHORT.has(statement.name)) continue
          const sql = await bound(shop, statement, args, 'values', lake)
          const found = jsonRows(await servers.trino.query(sql))
          // Whether the statement orders its rows shows in its own text: relations order theirs to number them.
          if (!sameRows(plain, asArrays(expected), found)) {
            throw new Error(
              `${form}: ${JSON.stringify(found).slice(0, 400)}, embedded ${JSON.stringify(expected).slice(0, 400)}`,
            )
          }
        }
        if (statement.kind === 'select' && statement.textSql) {
          await servers.athena(await bound(shop, statement, args, 'text', relations))
        }
        return `${expected.length} rows`
      })
    }
  }
  await checkRecorded(report, servers, shop, relations)
}

/** Statements that are asked in the shorter form too. */
const SHORT = new Set(['bestSellingArtists', 'shadowed', 'partitions'])

function callsOf({ name, kind, args }: SelectStatement | DeleteStatement): readonly JsonObject[] {
  if (kind === 'delete') return [Object.fromEntries(args.map((one) => [one.name, '1']))]
  return CALLS[name] ?? [{}]
}

async function bound(
  { project }: EmbeddedShop,
  statement: SelectStatement | DeleteStatement,
  args: JsonObject,
  resultForm: 'values' | 'text',
  lake?: (names: readonly string[], maxBytes: number) => Promise<LakeRelations>,
): Promise<string> {
  const sql = { resultForm } as Parameters<typeof boundSql>[0]['sql']
  return boundSql({ project, sql, ...(lake && { lakeRelations: lake }) }, statement, args)
}

async function layOut(
  table: LakeTable,
  shop: EmbeddedShop,
  { trino, athena, place }: LakeServers,
  write: ReturnType<typeof batchWriter>,
): Promise<LakeManifest> {
  const { base, first, second } = spread(table, shop.rows.get(table.name) ?? [])
  await trino.createTable(batchesGlueTable(table, place.root))
  const folder = place.root + batchesNames(table.name).basePrefix
  await athena(createBaseStatement(table, folder, { snapshotAgeSeconds: 7200 }))
  const folded = await write(table, base)
  for (const sql of mergeStatements(table, [folded], place)) await athena(sql)
  const snapshot = (await athena(snapshotStatement(table))).rows[0]?.[0]
  if (snapshot === undefined) throw new Error('The base has no snapshot after a fold.')
  const batches = [await write(table, first), await write(table, second)]
  return { table: table.name, generation: 1, version: 1, snapshot, batches, retired: [] }
}

/** Rows within rows as arrays, as the comparison has them. */
function asArrays(rows: readonly (readonly unknown[])[]): never[][] {
  return rows as never[][]
}
