import { LAKE_LAYOUTS, type LakeLayout } from '../../../model/lakeLayout.js'
import type { ItemTable } from '../../../ports/itemTable.js'
import { readMeta } from '../../../runtime/migration/projectMeta.js'
import { CliError } from '../../cliError.js'

const KEY = { PK: 'meta#lake', SK: 'meta#lake' }

/** Notes the layout of the lake that is deployed from now on. */
export async function noteLayout(
  table: Pick<ItemTable, 'get' | 'write'>,
  layout: LakeLayout,
  now: string,
): Promise<void> {
  const noted = await table.get(KEY)
  if (noted?.layout === layout) return
  const createdAt = noted?.createdAt ?? now
  await table.write({ kind: 'put', item: { ...KEY, entityType: 'meta', layout, createdAt, updatedAt: now } })
}

/** The layout of the lake that was deployed last; undefined when it was never noted. */
export async function notedLayout(table: Pick<ItemTable, 'get'>): Promise<LakeLayout | undefined> {
  const noted = (await table.get(KEY))?.layout
  return LAKE_LAYOUTS.find((one) => one === noted)
}

/** Throws `CliError` when the deployed project runs another version of the schema. */
export async function requireSchema(table: Pick<ItemTable, 'get'>, hash: string): Promise<void> {
  const meta = await readMeta(table)
  if (!meta || meta.modelHash === hash) return
  throw new CliError('input', 'The deployed project has another version of the schema than the one given.', {
    hint: 'Give the file that is deployed with -f, or deploy this one first.',
  })
}

/**
 * Whoever looks after a lake has to have the schema and the layout that are deployed: with others a comparison names what is
 * right, and a rebuild makes what nobody reads. Throws `CliError`; what was never noted is taken as it is.
 */
export async function requireDeployed(
  table: Pick<ItemTable, 'get'>,
  { hash, layout }: { readonly hash: string; readonly layout: LakeLayout },
): Promise<void> {
  await requireSchema(table, hash)
  const deployed = await notedLayout(table)
  if (deployed === undefined || deployed === layout) return
  throw new CliError(
    'input',
    `The lake of the deployed project has layout ${deployed}, and the configuration says ${layout}.`,
    { hint: 'Deploy the other layout first: ocg deploy --change-layout' },
  )
}
