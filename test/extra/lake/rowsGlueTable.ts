import { hiveType } from '../../../src/lake/hiveType.js'
import type { LakeTable } from '../../../src/model/lakeSchema.js'
import type { GlueTable } from './glueTable.js'

/** The table of layout `rows`, as the stack has it in Glue, with few years. */
export function rowsGlueTable(table: LakeTable, root: string): GlueTable {
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  const keyOf = (name: string) => (taken.has(name) ? `partition_${name}` : name)
  const ranges = { year: ['2023,2024', 4], month: ['1,12', 2], day: ['1,31', 2] } as const
  const names = ['year', 'month', 'day'] as const
  const location = `${root}tables/${table.name}/`
  return {
    name: table.name,
    columns: table.columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: hiveType(type) })),
    partitionKeys: names.map((name) => ({ name: keyOf(name), type: 'string' })),
    parameters: Object.fromEntries([
      ...names.flatMap((name) => [
        [`projection.${keyOf(name)}.type`, 'integer'],
        [`projection.${keyOf(name)}.range`, ranges[name][0]],
        [`projection.${keyOf(name)}.digits`, String(ranges[name][1])],
      ]),
      [
        'storage.location.template',
        `${location}${names.map((name) => `${name}=\${${keyOf(name)}}/`).join('')}`,
      ],
    ]),
    location,
  }
}
