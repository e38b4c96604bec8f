import type { Project } from '../../model/types.js'

/** Definitions of tables: of the model that the data was run with, and of the one that it is to be run with. */
export interface Definitions {
  readonly stored: Readonly<Record<string, string>>
  readonly hashes: Readonly<Record<string, string>>
  readonly project: Pick<Project, 'entities'>
}

/**
 * Says that rows of a table are stored which the model has no more. A new table with the very same columns looks like
 * the old one under another name.
 */
export function removedTable(name: string, rows: number, { stored, hashes, project }: Definitions): string {
  const count = rows === 1 ? 'a row' : `${rows.toLocaleString('en')} rows`
  const heir = Object.keys(hashes).find(
    (one) => !Object.hasOwn(stored, one) && Object.hasOwn(stored, name) && hashes[one] === stored[name],
  )
  if (heir !== undefined) {
    const shown = project.entities.find(({ table }) => table === heir)?.name ?? heir
    return (
      `The table ${name} seems to be called ${shown} now, and ${count} of ${name} are stored: a table is not renamed ` +
      `where it is, since keys and relations hold its name. Take the rows along: under the former schema ` +
      `ocg export --out backup, rename backup/${name}.jsonl to ${heir}.jsonl, and ocg import all files into an empty ` +
      'data folder or project.'
    )
  }
  return (
    `The table ${name} is no longer in the schema, and ${count} of it are stored. ` +
    'Put it back, or delete its rows under the former schema first.'
  )
}
