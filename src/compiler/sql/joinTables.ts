import type { JoinColumn, JoinTable } from '../../model/types.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'
import { typeText } from './typeText.js'

/** Join tables as the INSERTs of a schema declare them. The first INSERT of a table decides its columns' order. */
export class JoinTables {
  private readonly declared = new Map<string, { readonly table: JoinTable; readonly by: string }>()
  private readonly unclear = new Set<string>()

  /** A problem when the table has other columns already. */
  declare(table: JoinTable, by: string, span: Span): SqlProblem | undefined {
    const first = this.declared.get(table.table)
    if (!first) {
      this.declared.set(table.table, { table, by })
      return undefined
    }
    if (columnSet(first.table) === columnSet(table)) return undefined
    return problemAt(
      span,
      'OCG2036',
      `The join table "${table.table}" is declared with differing columns: ${first.by} has (${columnList(first.table)}), ${by} has (${columnList(table)}).`,
      'Name the same columns with the same types in both, or use another table.',
    )
  }

  /** The table exists, but its columns could not be read. */
  markBroken(table: string): void {
    this.unclear.add(table)
  }

  get(table: string): JoinTable | undefined {
    return this.declared.get(table)?.table
  }

  all(): JoinTable[] {
    return [...this.declared.values()].map(({ table }) => table)
  }

  broken(): ReadonlySet<string> {
    return new Set([...this.unclear].filter((table) => !this.declared.has(table)))
  }
}

function columnSet(table: JoinTable): string {
  return table.columns.map(columnText).sort().join(', ')
}

function columnList(table: JoinTable): string {
  return table.columns.map(columnText).join(', ')
}

function columnText(column: JoinColumn): string {
  return `${column.name}:${column.kind === 'entity' ? column.entity : typeText(column.type)}`
}
