import { batchesNames } from '../../model/lakeLayout.js'
import { type CheckInput, type Finding, ofType, part } from './finding.js'
import { grantsOf, roleOf } from './grants.js'

/**
 * What changes the objects of the base and of the batches. Without the right to delete, VACUUM succeeds and deletes
 * nothing; the rest fails in the middle of the night. Told here once more, on purpose: the plan may have lost one.
 */
const KEEPER_NEEDS: readonly (readonly [action: string, on: string])[] = [
  ['s3:ListBucket', 'AWS::AccountId}'],
  ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].flatMap((action) =>
    ['/base/*', '/batches/*', '/retired/*'].map((folder) => [action, folder] as const),
  ),
  ...['glue:GetTable', 'glue:CreateTable', 'glue:UpdateTable'].map((action) => [action, '_db/*'] as const),
]

/** The parts of layout `batches`, where a project has it: its keeper, and tables that hold together. */
export function checkLake(input: CheckInput): Finding[] {
  const finding = (place: string, message: string): Finding => ({ check: 'lake', place, message })
  const tables = ofType(input, 'AWS::Glue::Table')
  const iceberg = tables
    .filter(({ resource }) => part(resource, 'OpenTableFormatInput') !== undefined)
    .map(({ place }) => finding(place, 'An Iceberg table that CloudFormation updates is lost.'))
  const layout = input.functions[0]?.slice.settings.layout
  const keepers = ofType(input, 'AWS::Lambda::Function').filter(({ resource }) =>
    String(part(resource, 'FunctionName')).endsWith('-lake-keeper'),
  )
  if (layout !== 'batches') {
    return [...iceberg, ...keepers.map(({ place }) => finding(place, 'There is nothing to keep.'))]
  }
  const [keeper] = keepers
  if (!keeper) return [...iceberg, finding('', 'Nothing folds the batches.')]
  const role = roleOf(keeper, input)
  const grants = role ? grantsOf(role, input).filter(({ allowed }) => allowed) : []
  const missing = KEEPER_NEEDS.filter(
    ([action, on]) => !grants.some((grant) => grant.action === action && grant.resource.endsWith(on)),
  ).map(([action, on]) => {
    const lost = action === 's3:DeleteObject' ? ': VACUUM would succeed and delete nothing' : ''
    return finding(keeper.place, `Its role doesn't permit ${action} on ${on}${lost}.`)
  })
  const isScheduled = ofType(input, 'AWS::Events::Rule').some(
    ({ resource }) =>
      part(resource, 'ScheduleExpression') !== undefined &&
      JSON.stringify(part(resource, 'Targets')).includes(`"${keeper.id}"`),
  )
  return [
    ...iceberg,
    ...missing,
    ...workgroupFaults(input).map((message) => finding(keeper.place, message)),
    ...(isScheduled ? [] : [finding(keeper.place, 'Nothing starts it by the clock.')]),
    ...tablesWithoutBatches(input).map((name) =>
      finding('', `The table ${name} has no batches in the catalog.`),
    ),
  ]
}

/** A ceiling for what a statement may scan would one day refuse each fold of a large month. */
function workgroupFaults(input: CheckInput): string[] {
  const name = `OCG-${input.project}_keeper`
  const workgroup = ofType(input, 'AWS::Athena::WorkGroup').find(
    ({ resource }) => part(resource, 'Name') === name,
  )
  if (!workgroup) return [`There is no workgroup ${name}.`]
  const most = part(workgroup.resource, 'WorkGroupConfiguration', 'BytesScannedCutoffPerQuery')
  return most === undefined ? [] : [`The keeper's statements may scan ${String(most)} bytes, and no more.`]
}

function tablesWithoutBatches(input: CheckInput): string[] {
  const whole = input.functions.find(({ kind }) => kind === 'lakeKeeper')?.slice.model
  const there = new Set(
    ofType(input, 'AWS::Glue::Table').map(({ resource }) => part(resource, 'TableInput', 'Name')),
  )
  return [...(whole?.entities ?? []), ...(whole?.joinTables ?? [])]
    .map(({ table }) => table)
    .filter((name) => !there.has(batchesNames(name).batches))
}
