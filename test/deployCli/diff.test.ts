import { describe, expect, it } from 'vitest'
import { apiChanges } from '../../src/deploy/diff/apiChanges.js'
import { dataChanges, schemaLocationOf } from '../../src/deploy/diff/dataChanges.js'
import { diffDeployments } from '../../src/deploy/diff/diffDeployments.js'
import { resourceChanges } from '../../src/deploy/diff/resourceChanges.js'
import type { DeploymentTemplates, TemplateResource } from '../../src/deploy/diff/template.js'
import type { FunctionKind } from '../../src/model/functions.js'

const SDL = `
type Query { readUser(id: ID!): User }
type User { id: ID! name: String born: AWSDate mood: Mood address: Address }
type Address { town: String }
enum Mood { GOOD BAD }
input CreateUserInput { id: ID name: String born: AWSDate mood: Mood address: AddressInput }
input AddressInput { town: String }
`

describe('changes of the API', () => {
  it('names what breaks clients, what may surprise them, and what is new', () => {
    const next = SDL.replace(
      'born: AWSDate mood: Mood address: Address }',
      'born: String mood: Mood }',
    ).replace('GOOD BAD', 'GOOD BAD SO_SO')
    const changes = apiChanges(SDL, `${next} type Extra { id: ID! }`)
    expect(changes.breaking).toEqual([
      'User.address was removed.',
      'User.born changed type from AWSDate to String.',
      ...changes.breaking.slice(2),
    ])
    expect(changes.dangerous).toEqual(['SO_SO was added to enum type Mood.'])
    expect(changes.added).toEqual(['Extra was added.'])
  })

  it('has nothing to say of the same API, or of the first', () => {
    const nothing = { breaking: [], dangerous: [], added: [] }
    expect(apiChanges(SDL, SDL)).toEqual(nothing)
    expect(apiChanges(undefined, SDL)).toEqual(nothing)
  })
})

describe('changes of the data', () => {
  const tables = { user: { name: 'string', born: 'date' }, old: { id: 'string' } }

  it('says which changes stored rows may contradict', () => {
    const sdl = SDL.replace('name: String born', 'name: String! nick: String! born')
      .replace('GOOD BAD', 'GOOD')
      .replace('town: String }\nenum', 'town: String! }\nenum')
    const after = {
      sdl,
      tables: { user: { name: 'int', nick: 'string' }, fresh: { id: 'string', more: 'int' } },
    }
    const { risky, safe } = dataChanges({ sdl: SDL, tables }, after)
    expect(risky).toEqual([
      'user.name changes its type from string to int. Stored values must fit.',
      'The table old leaves the model. Its stored rows must be deleted first.',
      'User.name becomes required. Every stored row must have a value.',
      'User.nick is new and required. Every stored row must have a value.',
      'Address.town becomes required. Every stored row must have a value.',
      'Mood loses the value BAD. No stored row may have it.',
    ])
    expect(safe).toEqual([
      'user.born leaves the model. Stored values stay in the table and are not shown.',
      'user.nick is new. It is null in stored rows.',
      'The table fresh is new.',
    ])
  })

  it('says which rows statements will not see, when the years of the lake become fewer', () => {
    const lake = (range: string): DeploymentTemplates => ({
      Entities01: {
        Resources: {
          UserTable: {
            Type: 'AWS::Glue::Table',
            Properties: { TableInput: { Name: 'user', Parameters: { 'projection.year.range': range } } },
          },
        },
      },
    })
    const compare = (before: string, after: string) =>
      diffDeployments({ templates: lake(before), sdl: SDL }, { templates: lake(after), sdl: SDL }, new Map())
        .data
    expect(compare('2020,2035', '2025,2035')).toEqual({
      risky: [
        'The years of the lake were 2020 to 2035 and become 2025 to 2035. ' +
          'Stored rows of other years stay in the table, and no statement sees them.',
      ],
      safe: [],
    })
    expect(compare('2020,2035', '2019,2035')).toEqual({
      risky: [],
      safe: ['The years of the lake were 2020 to 2035 and become 2019 to 2035.'],
    })
    expect(compare('2020,2035', '2020,2035')).toEqual({ risky: [], safe: [] })
  })

  it('takes no risk in what clients alone see', () => {
    const sdl = `${SDL} type Page { next: String! }`
    expect(dataChanges({ sdl: `${SDL} type Page { next: String }`, tables }, { sdl, tables }).risky).toEqual(
      [],
    )
  })
})

const TABLE: TemplateResource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'OCG-shop',
    KeySchema: [{ AttributeName: 'PK' }],
    SSESpecification: { a: 1, b: 2 },
  },
  DeletionPolicy: 'Retain',
}

describe('changes of resources', () => {
  const root = (resources: Record<string, TemplateResource>): DeploymentTemplates => ({
    '': { Resources: resources },
  })

  it('are counted by type, with the properties that differ', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } }
    const before = root({ Table: TABLE, Gone: queue, Kept: queue })
    const after = root({
      Table: { ...TABLE, Properties: { ...TABLE.Properties, SSESpecification: { b: 2, a: 1 } } },
      Kept: { ...queue, Properties: { ...queue.Properties, DelaySeconds: 1 } },
      New: queue,
      Nested: { Type: 'AWS::CloudFormation::Stack' },
    })
    const { counts, changes, dataLoss } = resourceChanges(before, after)
    expect(counts).toEqual([{ type: 'AWS::SQS::Queue', added: 1, changed: 1, removed: 1 }])
    expect(changes.find(({ kind }) => kind === 'changed')?.properties).toEqual(['DelaySeconds'])
    expect(dataLoss).toEqual([])
  })

  it('that would cost data are named with the reason', () => {
    const renamed = { ...TABLE, Properties: { ...TABLE.Properties, TableName: 'OCG-new' } }
    expect(resourceChanges(root({ Table: TABLE }), root({ Table: renamed })).dataLoss).toEqual([
      "The table OCG-shop would be replaced by an empty one: TableName can't be changed.",
    ])
    expect(resourceChanges(root({ Table: TABLE }), root({ Other: TABLE })).dataLoss).toEqual([
      'The table OCG-shop would be dropped.',
    ])
    expect(
      resourceChanges(root({ Table: TABLE }), root({ Table: { ...TABLE, DeletionPolicy: 'Delete' } }))
        .dataLoss,
    ).toEqual(['The table OCG-shop would no longer be kept when the stack goes.'])
  })

  it('do not come from the question marks of CloudFormation', () => {
    const described = (text: string) => root({ A: { Type: 'T', Properties: { Description: text } } })
    expect(resourceChanges(described('Gr??e'), described('Größe')).changes).toEqual([])
  })
})

describe('changes of permissions', () => {
  const kinds = new Map<string, FunctionKind>([
    ['f1', 'read'],
    ['f2', 'read'],
  ])
  const deployment = (actions: readonly string[]): DeploymentTemplates => ({
    '': {
      Resources: {
        ReadRole: {
          Type: 'AWS::IAM::Role',
          Properties: {
            Policies: [
              {
                PolicyDocument: {
                  Statement: [
                    { Effect: 'Allow', Action: actions, Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
                  ],
                },
              },
            ],
          },
        },
        F1: {
          Type: 'AWS::Lambda::Function',
          Properties: { FunctionName: 'f1', Role: { 'Fn::GetAtt': ['ReadRole', 'Arn'] } },
        },
      },
    },
    Nested: {
      Resources: {
        F2: {
          Type: 'AWS::Lambda::Function',
          Properties: { FunctionName: 'f2', Role: { Ref: 'referenceToReadRoleArn' } },
        },
      },
    },
  })

  it('are told once a kind, in both directions', () => {
    const { permissions } = diffDeployments(
      { templates: deployment(['dynamodb:GetItem']) },
      { templates: deployment(['dynamodb:Query']) },
      kinds,
    )
    expect(permissions).toEqual({
      gained: ['read functions may now call dynamodb:Query on Table.Arn.'],
      lost: ['read functions may no longer call dynamodb:GetItem on Table.Arn.'],
    })
  })

  it('are none when nothing changes', () => {
    const state = { templates: deployment(['dynamodb:GetItem']) }
    const same = diffDeployments(state, state, kinds)
    expect(same).toMatchObject({ hasChanges: false, permissions: { gained: [], lost: [] } })
  })
})

describe('a schema that is too large for a template', () => {
  const schema = (Properties: TemplateResource['Properties']): DeploymentTemplates => ({
    '': {
      Resources: { ApiSchema: { Type: 'AWS::AppSync::GraphQLSchema', ...(Properties && { Properties }) } },
    },
  })

  it('is found where the deployment has put it', () => {
    const bucket = { 'Fn::Sub': ['assets-$', '{AWS::AccountId}-$', '{AWS::Region}'].join('') }
    const DefinitionS3Location = { 'Fn::Join': ['', ['s3://', bucket, '/', 'abc.graphql']] }
    const found = schemaLocationOf(schema({ DefinitionS3Location }))
    expect(found).toBe(['s3://assets-$', '{AccountId}-$', '{Region}/abc.graphql'].join(''))
    expect(schemaLocationOf(schema({ Definition: SDL }))).toBeUndefined()
  })

  it('is compared all the same', () => {
    const before = { templates: schema({ DefinitionS3Location: 's3://b/old' }), sdl: SDL }
    const after = {
      templates: schema({ DefinitionS3Location: 's3://b/new' }),
      sdl: SDL.replace('name: String ', ''),
    }
    const { api, hasChanges } = diffDeployments(before, after, new Map())
    expect(hasChanges).toBe(true)
    expect(api.breaking).toContain('User.name was removed.')
  })
})
