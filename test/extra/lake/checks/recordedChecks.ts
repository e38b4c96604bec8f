import { markTables } from '../../../../src/compiler/sql/markTables.js'
import { buildPieces, templateOf } from '../../../../src/compiler/sql/pieces.js'
import { resolveNames } from '../../../../src/compiler/sql/resolveNames.js'
import type { Json } from '../../../../src/model/json.js'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import { type LakeRelations, placeRelations } from '../../../../src/runtime/statements/placeRelations.js'
import { lex } from '../../../../src/trino/lex.js'
import { parseStatement } from '../../../../src/trino/parseStatement.js'
import { readFamilies } from '../../../dialect/cases.js'
import { sameRows } from '../../../dialect/compareAnswers.js'
import type { LakeServers } from '../lakeServers.js'
import type { Report } from '../report.js'
import type { EmbeddedShop } from '../shop.js'
import { jsonRows } from '../trinoRows.js'

/** The questions to the music shop that `test/fixtures/trino` has, over the relations: the rows of the embedded host. */
export async function checkRecorded(
  report: Report,
  { trino }: LakeServers,
  shop: EmbeddedShop,
  relations: (names: readonly string[], maxBytes: number) => Promise<LakeRelations>,
): Promise<void> {
  const cases = readFamilies().find(({ name }) => name === 'musicShop')?.cases ?? []
  for (const { sql, rows } of cases) {
    if (!rows) continue
    const expected = await shop.query(sql).catch(() => undefined)
    // The shop's own tables have columns that those of the recorded answers have not, and the other way round.
    if (!expected) continue
    await report.check(`recorded: ${sql.slice(0, 70)}`, async () => {
      const placed = await overRelations(sql, shop.tables, relations)
      const found = jsonRows(await trino.query(placed))
      if (!sameRows(sql, found, expected as Json[][])) {
        throw new Error(
          `${JSON.stringify(found).slice(0, 300)}, embedded ${JSON.stringify(expected).slice(0, 300)}`,
        )
      }
      return `${found.length} rows`
    })
  }
}

async function overRelations(
  sql: string,
  tables: readonly LakeTable[],
  relations: (names: readonly string[], maxBytes: number) => Promise<LakeRelations>,
): Promise<string> {
  const { pieces } = buildPieces(sql, lex(sql).tokens, [])
  const query = parseStatement(sql)
  const catalog = { tables: new Map(tables.map((table) => [table.name, table])), broken: new Set<string>() }
  const { references, tables: read } = resolveNames(query, catalog)
  const template = templateOf(markTables(pieces, query, references))
  const placed = placeRelations(template, await relations(read, 200_000))
  return placed.map((part) => ('text' in part ? part.text : '')).join('')
}
