import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { resolveSettings } from '../../src/deploy/config/resolveSettings.js'
import { checkSizes } from '../../src/deploy/stack/checkSizes.js'
import { synthesize } from '../../src/deploy/synthesize.js'
import type { TemplateResource } from '../../src/deploy/template.js'
import type { Project } from '../../src/model/types.js'
import { compiled, type Deployed, deployed, musicShop, temporaryFolder, writeBundles } from './deployments.js'

let project: Project
let shop: Deployed

beforeAll(async () => {
  project = await musicShop()
  shop = deployed(project)
})

afterAll(() => shop.folder.remove())

describe('the cloud assembly', () => {
  it('is the same byte by byte, whenever and wherever it is made', () => {
    vi.useFakeTimers({ now: new Date('2031-07-01T03:00:00Z'), toFake: ['Date'] })
    const again = deployed(structuredClone(project))
    vi.useRealTimers()
    try {
      const files = readdirSync(shop.folder.path).sort()
      expect(readdirSync(again.folder.path).sort()).toEqual(files)
      const differing = files.filter(
        (file) =>
          !readFileSync(join(shop.folder.path, file)).equals(readFileSync(join(again.folder.path, file))),
      )
      expect(differing).toEqual([])
    } finally {
      again.folder.remove()
    }
  })

  it('names no path of the machine', () => {
    for (const file of readdirSync(shop.folder.path).filter((name) => name.endsWith('.json'))) {
      const text = readFileSync(join(shop.folder.path, file), 'utf8')
      expect(text).not.toContain(shop.folder.path)
      expect(text).not.toContain(process.cwd())
    }
  })

  it("holds each function's bundle and its slice of the model", () => {
    const create = shop.functions.find(({ operation }) => operation?.field === 'createAlbum')
    const files = filesOf(codeOf(create?.name as string))
    expect(Object.keys(files)).toEqual(['index.js', 'slice.json'])
    expect(files['index.js']).toContain("'create'")
    expect(JSON.parse(files['slice.json'] as string)).toEqual(JSON.parse(JSON.stringify(create?.slice)))
  })

  it('is made anew in its folder, and in no folder of something else', () => {
    const bundles = temporaryFolder()
    const out = temporaryFolder()
    try {
      writeBundles(bundles.path)
      const input = { project, settings: resolveSettings({}, project), bundles: bundles.path, out: out.path }
      synthesize(input)
      writeFileSync(join(out.path, `asset.${'0'.repeat(64)}.zip`), 'left over')
      synthesize(input)
      expect(existsSync(join(out.path, `asset.${'0'.repeat(64)}.zip`))).toBe(false)
      writeFileSync(join(bundles.path, 'notes.txt'), 'mine')
      expect(() => synthesize({ ...input, out: bundles.path })).toThrow(/holds files of something else/)
      expect(existsSync(join(bundles.path, 'notes.txt'))).toBe(true)
    } finally {
      bundles.remove()
      out.remove()
    }
  })
})

describe('nested stacks', () => {
  let large: Deployed

  beforeAll(async () => {
    const model = await compiled(schemaOf(300), 'large', false)
    expect(model.operations).toHaveLength(300 * 5 + 300 * 2)
    large = deployed(model)
    large.folder.remove()
  }, 180_000)

  it('never move what is there when a type or a statement is added', async () => {
    const small = deployed(await compiled(schemaOf(3), 'shop', false))
    const grown = deployed(await compiled(schemaOf(60), 'shop', false))
    try {
      const later = placesOf(grown)
      const before = [...placesOf(small)].filter(([, place]) => place !== 'OcGraphql-shop')
      expect(before.length).toBeGreaterThan(50)
      for (const [id, place] of before) expect([id, later.get(id)]).toEqual([id, place])
    } finally {
      small.folder.remove()
      grown.folder.remove()
    }
  })

  it('hold 300 entities and 300 statements within the limits, in less than 30 seconds', () => {
    const { stacks, functions, milliseconds, findings } = large
    expect(findings).toEqual([])
    expect(functions).toHaveLength(2105)
    expect(Math.max(...stacks.map(({ resources }) => resources))).toBeLessThanOrEqual(500)
    expect(Math.max(...stacks.map(({ bytes }) => bytes))).toBeLessThan(1024 * 1024)
    expect(milliseconds).toBeLessThan(30_000)
    // Its schema is too long for a template: it is a file that is uploaded.
    expect(stacks[0]?.template.Resources.ApiSchema?.Properties).toHaveProperty('DefinitionS3Location')
  })

  it('tell names apart that differ by underscores alone, also in one stack', async () => {
    const fields = ['part12_X', 'part12X']
    const statement = '[String!]! @sql_query(mode: SYNC, query: "SELECT name FROM song")'
    const query = `type Query { ${fields.map((field) => `${field}: ${statement}`).join(' ')} }`
    const songs = 'type Song { id: ID! name: String! }'
    const { stacks, folder, findings } = deployed(await compiled(`${songs} ${query}`, 'songs', false))
    folder.remove()
    expect(findings).toEqual([])
    const ofField = (field: string) =>
      stacks.find(({ template }) =>
        Object.values(template.Resources).some(({ Properties }) => Properties?.FieldName === field),
      )?.name
    expect(ofField('part12_X')).toBe(ofField('part12X'))
  })

  it('are refused with the reason when one grows too large', () => {
    expect(() => checkSizes([{ name: 'Entities01', resources: 501, bytes: 2 ** 20 + 1 }])).toThrow(
      'The stack Entities01 has 501 resources, and CloudFormation takes 500. The template of Entities01 has 1048577 ' +
        'bytes, and CloudFormation takes 1048576. Split the schema into two projects.',
    )
  })
})

describe('the stack', () => {
  it('has the names of the contract', () => {
    expect(shop.stacks[0]?.name).toBe('OcGraphql-shop')
    expect(resource('Table').Properties).toMatchObject({ TableName: 'OCG-shop' })
    expect(resource('LakeBucket').Properties).toMatchObject({
      BucketName: sub('ocg-shop-{AWS::AccountId}'),
    })
    expect(resource('ResultsBucket').Properties).toMatchObject({
      BucketName: sub('ocg-shop-athena-results-{AWS::AccountId}'),
    })
    expect(resource('Database').Properties).toMatchObject({ DatabaseInput: { Name: 'shop_db' } })
    expect(resource('Api').Properties).toMatchObject({ Name: 'shop-api' })
    expect(resource('Workgroup').Properties).toMatchObject({ Name: 'OCG-shop' })
    const queues = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties?.QueueName)
    expect(queues.sort()).toEqual([
      'shop-cascade-deletion',
      'shop-cascade-deletion-dlq',
      'shop-deletion',
      'shop-deletion-dlq',
      'shop-stream-dlq',
    ])
  })

  it('carries the name of its environment everywhere', () => {
    const dev = deployed(project, {}, 'dev')
    dev.folder.remove()
    const names = JSON.stringify(dev.stacks.map(({ template }) => template))
    expect(dev.stacks[0]?.name).toBe('OcGraphql-shop-dev')
    expect(names).toContain('"shop_dev_db"')
    expect(names).toContain('"TableName":"OCG-shop-dev"')
    expect(names).not.toMatch(/OCG-shop(?!-dev)/)
    expect(names).toContain('{"Key":"environment","Value":"dev"},{"Key":"project","Value":"shop"}')
  })

  it('gives functions the settings of the contract, or of the configuration', () => {
    expect(functionNamed('OCG-shop-stream-processor')).toMatchObject({ MemorySize: 1024, Timeout: 300 })
    expect(functionNamed('OCG-shop-athena-execution-tracker')).toMatchObject({
      MemorySize: 512,
      Timeout: 300,
    })
    expect(functionNamed('OCG-shop-deletion-listener')).toMatchObject({ MemorySize: 1024, Timeout: 900 })
    const create = shop.functions.find(({ operation }) => operation?.field === 'createAlbum')?.name as string
    expect(functionNamed(create)).toMatchObject({
      MemorySize: 1024,
      Timeout: 30,
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Environment: {
        Variables: {
          DYNAMODB_TABLE_NAME: 'OCG-shop',
          S3_BUCKET_NAME: sub('ocg-shop-{AWS::AccountId}'),
          ATHENA_DATABASE_NAME: 'shop_db',
          ATHENA_OUTPUT_LOCATION: sub('s3://ocg-shop-athena-results-{AWS::AccountId}/'),
          CASCADE_DELETION_QUEUE_URL: sub(
            'https://sqs.{AWS::Region}.{AWS::URLSuffix}/{AWS::AccountId}/shop-cascade-deletion',
          ),
          DELETION_QUEUE_URL: sub(
            'https://sqs.{AWS::Region}.{AWS::URLSuffix}/{AWS::AccountId}/shop-deletion',
          ),
          LOG_LEVEL: 'INFO',
        },
      },
    })
    const config = {
      functions: { operations: { createAlbum: { concurrency: 7, memoryMb: 256 } } },
      xray: true,
    }
    const changed = deployed(project, config)
    changed.folder.remove()
    expect(functionNamed(create, changed)).toMatchObject({
      MemorySize: 256,
      ReservedConcurrentExecutions: 7,
      TracingConfig: { Mode: 'Active' },
    })
  })

  it('lets the listeners send themselves what is left, which Lambda would take for a loop', () => {
    for (const name of ['OCG-shop-cascade-deletion-listener', 'OCG-shop-deletion-listener']) {
      expect(functionNamed(name)).toMatchObject({ RecursiveLoop: 'Allow' })
    }
    expect(functionNamed('OCG-shop-stream-processor')).not.toHaveProperty('RecursiveLoop')
  })

  it('starts the stream processor for entities and relations only, and gives up in bounds', () => {
    expect(resource('StreamMapping').Properties).toMatchObject({
      FilterCriteria: {
        Filters: [
          { Pattern: '{"dynamodb":{"NewImage":{"_rev":{"N":[{"exists":true}]}}}}' },
          { Pattern: '{"dynamodb":{"OldImage":{"_rev":{"N":[{"exists":true}]}}}}' },
        ],
      },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10_000,
      MaximumRecordAgeInSeconds: 21_600,
      ParallelizationFactor: 1,
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 2,
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['StreamDeadLetters', 'Arn'] } } },
    })
  })

  it('has as many roles as there are lists of permissions', () => {
    const lists = new Set(shop.functions.map(({ permissions }) => JSON.stringify(permissions)))
    const roles = ofType('AWS::IAM::Role').filter((role) =>
      JSON.stringify(role).includes('lambda.amazonaws.com'),
    )
    expect(roles).toHaveLength(lists.size)
  })

  it('tags what takes tags', () => {
    const untagged = shop.stacks.flatMap(({ template }) =>
      Object.values(template.Resources)
        .filter(({ Properties }) => !Properties?.Tags)
        .map(({ Type }) => Type),
    )
    expect([...new Set(untagged)].sort()).toEqual(UNTAGGABLE)
  })
})

/** Types of the stack that take no tags, or none from CloudFormation. */
const UNTAGGABLE = [
  'AWS::AppSync::ApiKey',
  'AWS::AppSync::DataSource',
  'AWS::AppSync::GraphQLSchema',
  'AWS::AppSync::Resolver',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::IAM::RolePolicy',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
]

/** `{name}` as CloudFormation writes it in a text: `${name}`. */
function sub(text: string) {
  return { 'Fn::Sub': text.replaceAll('{', '${') }
}

function schemaOf(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index)
  return `
    ${numbers.map((n) => `type Thing${n} { id: ID! name: String! price: Float tags: [String!] }`).join('\n')}
    type Row @task_response { name: String }
    type Query {
      ${numbers.map((n) => `find${n}(name: String!): [Row!]! @sql_query(query: "SELECT name FROM thing${n} WHERE name = $args.name")`).join('\n')}
    }`
}

/** Logical ids with the stack that holds each. */
function placesOf({ stacks }: Deployed): Map<string, string> {
  return new Map(
    stacks.flatMap(({ name, template }) => Object.keys(template.Resources).map((id) => [id, name] as const)),
  )
}

function resource(id: string): TemplateResource {
  const found = shop.stacks[0]?.template.Resources[id]
  if (!found) throw new Error(`The root has no ${id}.`)
  return found
}

function ofType(type: string): TemplateResource[] {
  return shop.stacks.flatMap(({ template }) =>
    Object.values(template.Resources).filter((one) => one.Type === type),
  )
}

function functionNamed(name: string, { stacks }: Deployed = shop): unknown {
  return stacks
    .flatMap(({ template }) => Object.values(template.Resources))
    .find(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties?.FunctionName === name)
    ?.Properties
}

/** File of a function's code. */
function codeOf(name: string): string {
  const { Code } = functionNamed(name) as { Code: { S3Key: string } }
  return join(shop.folder.path, `asset.${Code.S3Key}`)
}

function filesOf(zip: string): Record<string, string> {
  const files = Object.entries(unzipSync(readFileSync(zip)))
  return Object.fromEntries(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
}
