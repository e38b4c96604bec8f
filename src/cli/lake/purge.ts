import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { formatCount } from '../textTable.js'
import { onLake } from './onLake.js'

interface Outcome {
  readonly found: boolean
  readonly relations: number
  readonly tasks: number
  readonly published: boolean
}

/** `ocg lake purge` */
export async function lakePurge(entity: string, id: string, options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const table = entity.toLowerCase()
  const outcome = (await onLake(options, output, { kind: 'purge', table, id })) as unknown as Outcome
  if (options.json) return output.data(`${JSON.stringify({ ok: true, table, id, ...outcome })}\n`)
  const { found, relations, tasks } = outcome
  if (!found) {
    output.note(`The table had no such row in ${table}; what was left of one is gone all the same.`)
  }
  const parts = [
    found ? 'the row' : undefined,
    relations > 0 ? count(relations, 'relation') : undefined,
    tasks > 0 ? `the results of ${count(tasks, 'task')}` : undefined,
  ].filter((part) => part !== undefined)
  if (parts.length > 0) output.note(`Removed ${parts.join(', ')}.`)
  output.note('No value of it is left in any file of the data folder.')
}

function count(number: number, what: string): string {
  return `${formatCount(number)} ${what}${number === 1 ? '' : 's'}`
}
