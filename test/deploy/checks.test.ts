import { beforeAll, describe, expect, it } from 'vitest'
import { checkTemplates } from '../../src/deploy/checks/checkTemplates.js'
import type { CheckInput, CheckName } from '../../src/deploy/checks/finding.js'
import { type Deployed, deployed, musicShop } from './deployments.js'

/** A template that a fault can be planted in. */
type Loose = Record<string, LooseResource>
// biome-ignore lint/suspicious/noExplicitAny: faults go anywhere.
type LooseResource = { Type: string; Properties: any; DeletionPolicy?: string; UpdateReplacePolicy?: string }

let shop: Deployed

beforeAll(async () => {
  // The faults of layout `batches` are planted in batches.test.ts.
  shop = deployed(await musicShop(), { lake: { layout: 'rows' } })
  shop.folder.remove()
})

it('finds nothing in what is synthesised', () => {
  expect(shop.findings).toEqual([])
})

it('finds nothing with every setting changed, in an environment', async () => {
  const other = deployed(await musicShop(), { xray: true, alarms: { email: 'a@example.com' } }, 'prod')
  other.folder.remove()
  expect(other.findings).toEqual([])
})

interface Fault {
  readonly name: string
  readonly check: CheckName
  /** A part of what is said. */
  readonly says: string
  readonly plant: (root: Loose, nested: (type: string, holds?: string) => LooseResource, all: Loose[]) => void
}

const FAULTS: readonly Fault[] = [
  {
    name: 'broken SDL',
    check: 'schema',
    says: "can't be read",
    plant: (root) => {
      at(root, 'ApiSchema').Properties.Definition += 'type {'
    },
  },
  {
    name: 'a scalar of AppSync declared',
    check: 'schema',
    says: 'AppSync refuses a ScalarTypeDefinition',
    plant: (root) => {
      at(root, 'ApiSchema').Properties.Definition += 'scalar AWSDateTime'
    },
  },
  {
    name: 'a custom scalar',
    check: 'schema',
    says: 'Unknown type "Money"',
    plant: (root) => {
      at(root, 'ApiSchema').Properties.Definition += 'type Price { amount: Money }'
    },
  },
  {
    name: 'a directive defined',
    check: 'schema',
    says: 'AppSync refuses a DirectiveDefinition',
    plant: (root) => {
      at(root, 'ApiSchema').Properties.Definition +=
        'directive @sql_query(query: String!) on FIELD_DEFINITION'
    },
  },
  {
    name: 'a directive that AppSync lacks',
    check: 'schema',
    says: 'Unknown directive "@task_response"',
    plant: (root) => {
      at(root, 'ApiSchema').Properties.Definition += 'type Price @task_response { amount: Int }'
    },
  },
  {
    name: 'a resolver of a field that there is not',
    check: 'resolvers',
    says: 'The API has no field Query.readAlbumm.',
    plant: (_, nested) => {
      nested('AWS::AppSync::Resolver', '"readAlbum"').Properties.FieldName = 'readAlbumm'
    },
  },
  {
    name: 'a field without a resolver',
    check: 'resolvers',
    says: 'The field Query.readAlbum has no resolver.',
    plant: (_, nested) => {
      nested('AWS::AppSync::Resolver', '"readAlbum"').Type = 'AWS::Other'
    },
  },
  {
    name: "a resolver with another field's data source",
    check: 'resolvers',
    says: 'It calls the function of Query.listAlbums.',
    plant: (_, nested) => {
      const other = nested('AWS::AppSync::Resolver', '"listAlbums"').Properties.DataSourceName
      nested('AWS::AppSync::Resolver', '"readAlbum"').Properties.DataSourceName = other
    },
  },
  {
    name: 'a data source without its function',
    check: 'resolvers',
    says: 'QueryReadAlbumFunction.Arn} is not there.',
    plant: (_, nested) => {
      nested('AWS::Lambda::Function', 'Query.readAlbum"').Type = 'AWS::Other'
    },
  },
  {
    name: 'a misspelt action',
    check: 'permissions',
    says: 'The action dynamodb:GetItems is not known.',
    plant: (root) => replaceIn(at(root, 'ReadRole'), 'dynamodb:GetItem', 'dynamodb:GetItems'),
  },
  {
    name: 'a call that is not permitted',
    check: 'permissions',
    says: "Its role CreateRole doesn't permit dynamodb:PutItem",
    plant: (root) => replaceIn(at(root, 'CreateRole'), 'dynamodb:PutItem', 'dynamodb:UpdateItem'),
  },
  {
    name: 'a permission that nobody needs',
    check: 'permissions',
    says: ":table/OCG-shop, which it doesn't need",
    plant: (root) => {
      at(root, 'ReadRole').Properties.Policies[0].PolicyDocument.Statement[0].Action.push('dynamodb:Scan')
    },
  },
  {
    name: 'a permission on too much',
    check: 'permissions',
    says: 'permits dynamodb:GetItem on *',
    plant: (root) => {
      at(root, 'ReadRole').Properties.Policies[0].PolicyDocument.Statement[0].Resource = '*'
    },
  },
  {
    name: "another project's table",
    check: 'permissions',
    says: "doesn't permit dynamodb:GetItem",
    plant: (root) => replaceIn(at(root, 'ReadRole'), 'table/OCG-shop', 'table/OCG-shop-dev'),
  },
  {
    name: "AppSync's right to call the stream processor",
    check: 'permissions',
    says: 'AppSync may call OCG-shop-stream-processor.',
    plant: (root) => {
      at(root, 'ApiInvokeRole').Properties.Policies[0].PolicyDocument.Statement.pop()
    },
  },
  {
    name: 'a role that AppSync can call nothing with',
    check: 'permissions',
    says: 'AppSync may not call OCG-shop-',
    plant: (root) => replaceIn(at(root, 'ApiInvokeRole'), '????????????????', '???????????????'),
  },
  {
    name: 'a misspelt setting of the projection',
    check: 'projection',
    says: 'projection.month.digit means nothing.',
    plant: (_, nested) =>
      replaceIn(nested('AWS::Glue::Table'), 'projection.month.digits', 'projection.month.digit'),
  },
  {
    name: 'a range without an end',
    check: 'projection',
    says: 'Its projection.year.range is "2020".',
    plant: (_, nested) => replaceIn(nested('AWS::Glue::Table'), '"2020,2035"', '"2020"'),
  },
  {
    name: 'a partition that the path lacks',
    check: 'projection',
    says: 'Its storage.location.template is',
    plant: (_, nested) => replaceIn(nested('AWS::Glue::Table'), '/day=', '/date='),
  },
  {
    name: "another table's path",
    check: 'projection',
    says: 'Its location is',
    plant: (_, nested) => replaceIn(nested('AWS::Glue::Table', '"album"'), 'tables/album/', 'tables/albums/'),
  },
  {
    name: 'a column that is a partition key too',
    check: 'projection',
    says: 'year is a column and a partition key.',
    plant: (_, nested) => {
      nested('AWS::Glue::Table').Properties.TableInput.StorageDescriptor.Columns.push({
        Name: 'year',
        Type: 'int',
      })
    },
  },
  {
    name: 'a table without a stream',
    check: 'eventSources',
    says: 'Its table has no stream with both images.',
    plant: (root) => {
      delete at(root, 'Table').Properties.StreamSpecification
    },
  },
  {
    name: 'a stream that nobody reads',
    check: 'eventSources',
    says: 'Nothing reads Table.StreamArn.',
    plant: (root) => {
      at(root, 'StreamMapping').Type = 'AWS::Other'
    },
  },
  {
    name: 'a mapping whose function may not read the stream',
    check: 'eventSources',
    says: "The role of its function doesn't permit dynamodb:GetRecords.",
    plant: (root) => {
      at(root, 'StreamMapping').Properties.FunctionName = { Ref: 'ExecutionTrackerFunction' }
    },
  },
  {
    name: 'a filter that stops removals',
    check: 'eventSources',
    says: 'No filter lets a change with a OldImage through.',
    plant: (root) => {
      at(root, 'StreamMapping').Properties.FilterCriteria.Filters.pop()
    },
  },
  {
    name: 'a batch that is tried for ever',
    check: 'eventSources',
    says: 'It has no MaximumRetryAttempts.',
    plant: (root) => {
      delete at(root, 'StreamMapping').Properties.MaximumRetryAttempts
    },
  },
  {
    name: 'a queue that shows messages again too early',
    check: 'eventSources',
    says: 'Its queue hides a message for 60 s',
    plant: (root) => {
      at(root, 'DeletionQueue').Properties.VisibilityTimeout = 60
    },
  },
  {
    name: 'a rule that its function refuses',
    check: 'rules',
    says: "The function ExecutionTrackerFunction doesn't let it call.",
    plant: (root) => {
      delete root.ExecutionEndedPermission
    },
  },
  {
    name: "a rule for another project's workgroup",
    check: 'rules',
    says: 'There is no workgroup OCG-shop-dev.',
    plant: (root) => {
      at(root, 'ExecutionEnded').Properties.EventPattern.detail.workgroupName = ['OCG-shop-dev']
    },
  },
  {
    name: 'a variable that names nothing',
    check: 'environment',
    says: 'Its CASCADE_DELETION_QUEUE_URL is',
    plant: (_, nested) =>
      replaceIn(nested('AWS::Lambda::Function'), 'shop-cascade-deletion', 'shop-cascade-deletions'),
  },
  {
    name: 'a variable that is missing',
    check: 'environment',
    says: 'It has no variable DYNAMODB_TABLE_NAME.',
    plant: (_, nested) => {
      delete nested('AWS::Lambda::Function').Properties.Environment.Variables.DYNAMODB_TABLE_NAME
    },
  },
  {
    name: 'a table that goes with the stack',
    check: 'dataProtection',
    says: 'Its DeletionPolicy is Delete instead of Retain.',
    plant: (root) => {
      at(root, 'Table').DeletionPolicy = 'Delete'
    },
  },
  {
    name: 'a table that can be deleted',
    check: 'dataProtection',
    says: 'It is not protected from deletion.',
    plant: (root) => {
      at(root, 'Table').Properties.DeletionProtectionEnabled = false
    },
  },
  {
    name: 'a bucket that is reached without TLS',
    check: 'dataProtection',
    says: 'It can be reached without TLS.',
    plant: (root) => {
      delete root.LakeBucketPolicy
    },
  },
  {
    name: 'a bucket that may be public',
    check: 'dataProtection',
    says: 'Its BlockPublicPolicy is not on.',
    plant: (root) => {
      at(root, 'LakeBucket').Properties.PublicAccessBlockConfiguration.BlockPublicPolicy = false
    },
  },
]

describe('finds', () => {
  it.each(FAULTS)('$name', ({ check, says, plant }) => {
    const stacks = structuredClone(shop.stacks) as unknown as {
      name: string
      template: { Resources: Loose }
    }[]
    const templates = stacks.map(({ template }) => template.Resources)
    const [root = {}, ...nested] = templates
    const find = (type: string, holds = '') => {
      const found = nested
        .flatMap((one) => Object.values(one))
        .find((one) => one.Type === type && JSON.stringify(one).includes(holds))
      if (!found) throw new Error(`No nested stack has a ${type}.`)
      return found
    }
    plant(root, find, templates)
    const input: CheckInput = {
      stacks: stacks as CheckInput['stacks'],
      functions: shop.functions,
      project: 'shop',
    }
    const found = checkTemplates(input)
    expect(found.map((one) => `${one.check}: ${one.message}`).join('\n')).toContain(says)
    expect(new Set(found.map((one) => one.check))).toContain(check)
  })
})

function at(root: Loose, id: string): LooseResource {
  const found = root[id]
  if (!found) throw new Error(`The root has no ${id}.`)
  return found
}

/** Replaces a text in the properties of a resource; it must be there. */
function replaceIn(resource: LooseResource, from: string, to: string): void {
  const text = JSON.stringify(resource.Properties)
  if (!text.includes(from)) throw new Error(`The resource has no ${from}.`)
  resource.Properties = JSON.parse(text.replaceAll(from, to))
}
