import { beforeAll, describe, expect, it } from 'vitest'
import { checkTemplates } from '../../src/deploy/checks/checkTemplates.js'
import type { CheckInput, CheckName } from '../../src/deploy/checks/finding.js'
import { diffDeployments } from '../../src/deploy/diff/diffDeployments.js'
import type { DeploymentTemplates, Template } from '../../src/deploy/diff/template.js'
import { compiled, type Deployed, deployed, musicShop } from './deployments.js'

// biome-ignore lint/suspicious/noExplicitAny: faults go anywhere.
type LooseResource = { Type: string; Properties: any }
type Loose = Record<string, LooseResource>

let rows: Deployed
let batches: Deployed

beforeAll(async () => {
  const project = await musicShop()
  rows = deployed(project, { lake: { layout: 'rows' } })
  // It is the default.
  batches = deployed(project)
  for (const made of [rows, batches]) made.folder.remove()
})

const resourcesOf = ({ stacks }: Deployed, type: string) =>
  stacks.flatMap(({ template }) => Object.entries(template.Resources).filter(([, { Type }]) => Type === type))

describe('the layout `batches`', () => {
  it('passes every check', () => {
    expect(batches.findings).toEqual([])
  })

  it('has a lake keeper that the clock starts, and `rows` has none', () => {
    const keeper = (made: Deployed) =>
      resourcesOf(made, 'AWS::Lambda::Function').filter(([id]) => id === 'LakeKeeperFunction')
    expect(keeper(rows)).toEqual([])
    expect(keeper(batches)).toMatchObject([
      ['LakeKeeperFunction', { Properties: { FunctionName: 'OCG-shop-lake-keeper', Timeout: 900 } }],
    ])
    const rule = resourcesOf(batches, 'AWS::Events::Rule').find(([id]) => id === 'LakeKeeping')
    expect(rule?.[1].Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' })
  })

  it('works on the lake in a workgroup of its own, whose statements read what they must', () => {
    const workgroups = (made: Deployed) =>
      resourcesOf(made, 'AWS::Athena::WorkGroup').map(([id, { Properties = {} }]) => {
        const { Name, WorkGroupConfiguration: settings } = Properties as Readonly<Record<string, unknown>>
        return { id, name: Name, settings: settings as Readonly<Record<string, unknown>> }
      })
    const [own, ...none] = workgroups(rows)
    expect(own).toMatchObject({ id: 'Workgroup', name: 'OCG-shop' })
    expect(none).toEqual([])
    const [users, keepers] = workgroups(batches)
    expect(users).toEqual(own)
    expect(keepers).toMatchObject({ id: 'KeeperWorkgroup', name: 'OCG-shop_keeper' })
    // All else is as strict: where results go, their encryption, the engine.
    const { BytesScannedCutoffPerQuery: cutoff, ...rest } = users?.settings ?? {}
    expect(cutoff).toBe(10_240 * 1024 * 1024)
    expect(keepers?.settings).toEqual(rest)
    const rules = resourcesOf(batches, 'AWS::Events::Rule')
    expect(JSON.stringify(rules)).not.toContain('OCG-shop_keeper')
  })

  it('has batches in the catalog with a partition for each day, and no base', () => {
    const tables = resourcesOf(batches, 'AWS::Glue::Table').map(
      ([, { Properties }]) => Properties?.TableInput,
    )
    const album = tables.find((table) => (table as { Name: string }).Name === '__album_batches')
    expect(album).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [{ Name: '_day', Type: 'string' }],
      Parameters: {
        'projection._day.type': 'date',
        'storage.location.template': {
          'Fn::Sub': ['s3://ocg-shop-$', '{AWS::AccountId}/batches/album/_day=$', '{!_day}/'].join(''),
        },
      },
    })
    const columns = (album as { StorageDescriptor: { Columns: { Name: string; Type: string }[] } })
      .StorageDescriptor.Columns
    expect(columns.slice(-3)).toEqual([
      { Name: '_rev', Type: 'bigint' },
      { Name: '_incarnation', Type: 'string' },
      { Name: '_deleted', Type: 'boolean' },
    ])
    expect(JSON.stringify(batches.stacks)).not.toContain('OpenTableFormatInput')
    const names = tables.map((table) => (table as { Name: string }).Name)
    expect(names.filter((name) => name.endsWith('_base'))).toEqual([])
  })

  it('has a view that Athena reads as its own', () => {
    const view = resourcesOf(batches, 'AWS::Glue::Table')
      .map(([, { Properties }]) => Properties?.TableInput as Record<string, string>)
      .find(({ Name }) => Name === 'album')
    expect(view).toMatchObject({ TableType: 'VIRTUAL_VIEW', ViewExpandedText: '/* Presto View */' })
    const [, encoded = ''] = /^\/\* Presto View: (.*) \*\/$/.exec(String(view?.ViewOriginalText)) ?? []
    const { originalSql, columns } = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'))
    expect(originalSql).toContain('"__album_base"')
    expect(columns).toContainEqual({ name: 'createdat', type: 'timestamp(3)' })
    expect(columns.at(-1)).toEqual({ name: 'day', type: 'varchar' })
  })

  it('tells functions that start statements of the tables that they read, and no others', () => {
    const sliceOf = (made: Deployed, field: string) =>
      made.functions.find(({ operation }) => operation?.field === field)?.slice.model
    const statement = batches.functions.find(({ kind }) => kind === 'triggerTask')
    const field = statement?.operation?.field ?? ''
    const [read] = statement?.slice.model.statements ?? []
    const tables = read && 'tables' in read ? [...read.tables].sort() : []
    const slice = sliceOf(batches, field)
    expect(
      [...(slice?.entities ?? []), ...(slice?.joinTables ?? [])].map(({ table }) => table).sort(),
    ).toEqual(expect.arrayContaining(tables))
    expect(tables.length).toBeGreaterThan(0)
    expect(sliceOf(rows, field)?.entities).toEqual([])
    const crud = batches.functions.find(({ operation }) => operation?.field === 'createAlbum')?.slice.model
    expect(crud).toEqual(
      rows.functions.find(({ operation }) => operation?.field === 'createAlbum')?.slice.model,
    )
  })

  it('hands the stream processor few large batches', () => {
    const [mapping] = resourcesOf(batches, 'AWS::Lambda::EventSourceMapping').filter(
      ([id]) => id === 'StreamMapping',
    )
    expect(mapping?.[1].Properties).toMatchObject({
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 2,
      ParallelizationFactor: 1,
    })
  })

  it('lets the user say otherwise', async () => {
    const made = deployed(await musicShop(), {
      lake: { layout: 'batches' },
      stream: { batchSize: 10, windowSeconds: 0 },
      functions: { kinds: { streamProcessor: { concurrency: 3 } } },
      environments: { dev: { lake: { layout: 'rows' } } },
    })
    made.folder.remove()
    const [mapping] = resourcesOf(made, 'AWS::Lambda::EventSourceMapping').filter(
      ([id]) => id === 'StreamMapping',
    )
    expect(mapping?.[1].Properties).toMatchObject({ BatchSize: 10, ParallelizationFactor: 3 })
  })

  it('changes no role that has nothing to do with the lake, and names the others alike', () => {
    const roles = (made: Deployed) => new Map(resourcesOf(made, 'AWS::IAM::Role'))
    const [before, after] = [roles(rows), roles(batches)]
    expect([...after.keys()].filter((id) => !before.has(id))).toEqual(['LakeKeeperRole'])
    expect([...before.keys()].filter((id) => !after.has(id))).toEqual([])
    const changed = [...before].filter(([id, role]) => JSON.stringify(role) !== JSON.stringify(after.get(id)))
    expect(changed.map(([id]) => id).sort()).toEqual([
      'DeletionListenerRole',
      'ExecutionTrackerRole',
      'StreamProcessorRole',
      'SyncQueryRole',
      'TriggerTaskRole',
    ])
  })
})

it('has no name under another logical id than layout rows: a deployment that changes the layout would be refused', () => {
  const idsByName = (made: Deployed) => {
    const found = new Map<string, string>()
    for (const { template } of made.stacks) {
      for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources ?? {})) {
        const { TableInput, ...own } = Properties as Record<string, unknown>
        const named = { ...own, ...(TableInput as object | undefined) } as Record<string, unknown>
        for (const [property, name] of Object.entries(named)) {
          if (
            /Name$/.test(property) &&
            /^(?:Name|FunctionName|RoleName|AlarmName|DashboardName)$/.test(property)
          )
            found.set(`${Type} ${JSON.stringify(name)}`, id)
        }
      }
    }
    return found
  }
  const [before, after] = [idsByName(rows), idsByName(batches)]
  const shared = [...before.keys()].filter((name) => after.has(name))
  expect(shared).toContain('AWS::Glue::Table "album"')
  for (const name of shared) expect(`${name} ${after.get(name)}`).toBe(`${name} ${before.get(name)}`)
})

describe('what a deployment would change', () => {
  const templatesOf = ({ stacks }: Deployed): DeploymentTemplates =>
    Object.fromEntries(
      stacks.map(({ template }, index) => [index === 0 ? '' : `n${index}`, template as unknown as Template]),
    )
  const compare = (before: Deployed, after: Deployed) =>
    diffDeployments({ templates: templatesOf(before) }, { templates: templatesOf(after) }, new Map()).data

  it('is nothing when nothing changes', () => {
    expect(compare(batches, batches)).toEqual({ risky: [], safe: [] })
  })

  it('is the sight of the lake, when its layout changes', () => {
    expect(compare(rows, batches)).toEqual({
      risky: [
        'The lake changes its layout from rows to batches. Statements see only what changes from then on, until it is made again: ocg lake rebuild --aws',
      ],
      safe: [],
      layout: { from: 'rows', to: 'batches', means: expect.stringContaining('ocg lake rebuild --aws') },
    })
    expect(compare(batches, rows).layout).toMatchObject({ from: 'batches', to: 'rows' })
    const [back = ''] = compare(batches, rows).risky
    expect(back).toContain('from batches to rows')
    expect(back).not.toContain('ocg lake rebuild')
  })

  it('tells of columns as in the other layout, and that another type needs the lake to be made again', async () => {
    const made = (fields: string) => {
      const project = compiled(`type User { id: ID! ${fields} }`, 'shop', false)
      return project.then((one) => deployed(one, { lake: { layout: 'batches' } }))
    }
    const [before, after] = [await made('age: Int old: String'), await made('age: Float new: String')]
    for (const one of [before, after]) one.folder.remove()
    expect(compare(before, after)).toEqual({
      risky: ['The lake of user stands still until it is made again: ocg lake rebuild --aws'],
      safe: [
        'user.age changes its type from int to double. Every stored value fits.',
        'user.old leaves the model. Stored values stay in the table and are not shown.',
        'user.new is new. It is null in stored rows.',
      ],
    })
  })
})

interface Fault {
  readonly name: string
  readonly check: CheckName
  readonly says: string
  readonly plant: (root: Loose, nested: Loose[]) => void
}

const FAULTS: readonly Fault[] = [
  {
    name: 'a VACUUM that may delete nothing',
    check: 'lake',
    says: "Its role doesn't permit s3:DeleteObject on /base/*: VACUUM would succeed and delete nothing.",
    plant: (root) => {
      for (const one of statementsOf(root.LakeKeeperRole, '/base/*')) {
        one.Action = one.Action.filter((action: string) => action !== 's3:DeleteObject')
      }
    },
  },
  {
    name: 'a keeper that may not commit',
    check: 'lake',
    says: "doesn't permit glue:UpdateTable",
    plant: (root) => replaceIn(root.LakeKeeperRole, '"glue:UpdateTable",', ''),
  },
  {
    name: "a keeper that works in the statements' workgroup",
    check: 'permissions',
    says: "Its role LakeKeeperRole doesn't permit athena:StartQueryExecution",
    plant: (root) => replaceIn(root.LakeKeeperRole, 'workgroup/OCG-shop_keeper', 'workgroup/OCG-shop'),
  },
  {
    name: 'a fold that is refused as soon as its months are large',
    check: 'lake',
    says: "The keeper's statements may scan 1073741824 bytes",
    plant: (root) => {
      if (root.KeeperWorkgroup)
        root.KeeperWorkgroup.Properties.WorkGroupConfiguration.BytesScannedCutoffPerQuery = 2 ** 30
    },
  },
  {
    name: 'a keeper without a workgroup',
    check: 'lake',
    says: 'There is no workgroup OCG-shop_keeper.',
    plant: (root) => {
      delete root.KeeperWorkgroup
    },
  },
  {
    name: 'a keeper that nothing starts',
    check: 'lake',
    says: 'Nothing starts it by the clock.',
    plant: (root) => {
      delete root.LakeKeeping
    },
  },
  {
    name: 'no keeper at all',
    check: 'lake',
    says: 'Nothing folds the batches.',
    plant: (root) => {
      delete root.LakeKeeperFunction
    },
  },
  {
    name: 'a base that an update would lose',
    check: 'lake',
    says: 'An Iceberg table that CloudFormation updates is lost.',
    plant: (_, nested) => {
      tableOf(nested, '__album_batches').Properties.OpenTableFormatInput = {
        IcebergInput: { MetadataOperation: 'CREATE' },
      }
    },
  },
  {
    name: 'a table without batches',
    check: 'lake',
    says: 'The table album has no batches in the catalog.',
    plant: (_, nested) => {
      tableOf(nested, '__album_batches').Type = 'AWS::Other'
    },
  },
  {
    name: 'batches of yesterday that are never found',
    check: 'projection',
    says: 'Its projection._day.range is "2026-01-01,2026-02-01".',
    plant: (_, nested) => replaceIn(tableOf(nested, '__album_batches'), 'NOW+1DAYS', '2026-02-01'),
  },
  {
    name: "another table's batches",
    check: 'projection',
    says: 'Its location is',
    plant: (_, nested) => replaceIn(tableOf(nested, '__album_batches'), 'batches/album/', 'batches/artist/'),
  },
  {
    name: 'a statement that may read every item',
    check: 'permissions',
    says: "which it doesn't need",
    plant: (root) => {
      for (const one of statementsOf(root.SyncQueryRole, 'table/OCG-shop')) delete one.Condition
    },
  },
  {
    name: 'a statement that may not read the manifests',
    check: 'permissions',
    says: "Its role SyncQueryRole doesn't permit dynamodb:GetItem",
    plant: (root) => replaceIn(root.SyncQueryRole, 'lakeManifest#*', 'lakemanifest#*'),
  },
]

describe('finds', () => {
  it.each(FAULTS)('$name', ({ check, says, plant }) => {
    const stacks = structuredClone(batches.stacks) as unknown as {
      name: string
      template: { Resources: Loose }
    }[]
    const [root = {}, ...nested] = stacks.map(({ template }) => template.Resources)
    plant(root, nested)
    const found = checkTemplates({
      stacks: stacks as CheckInput['stacks'],
      functions: batches.functions,
      project: 'shop',
    })
    expect(found.map((one) => `${one.check}: ${one.message}`).join('\n')).toContain(says)
    expect(new Set(found.map((one) => one.check))).toContain(check)
  })
})

function tableOf(nested: Loose[], name: string): LooseResource {
  const found = nested
    .flatMap((one) => Object.values(one))
    .find(({ Type, Properties }) => Type === 'AWS::Glue::Table' && Properties.TableInput.Name === name)
  if (!found) throw new Error(`There is no table ${name}.`)
  return found
}

// biome-ignore lint/suspicious/noExplicitAny: statements of a policy.
function statementsOf(role: LooseResource | undefined, holds: string): any[] {
  const all = role?.Properties.Policies[0].PolicyDocument.Statement as { Resource: unknown }[]
  const found = all.filter(({ Resource }) => JSON.stringify(Resource).includes(holds))
  if (found.length === 0) throw new Error(`No statement is about ${holds}.`)
  return found
}

function replaceIn(resource: LooseResource | undefined, from: string, to: string): void {
  if (!resource) throw new Error('The resource is not there.')
  const text = JSON.stringify(resource.Properties)
  if (!text.includes(from)) throw new Error(`The resource has no ${from}.`)
  resource.Properties = JSON.parse(text.replaceAll(from, to))
}
