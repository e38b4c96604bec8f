import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { costTable, priceTable } from '../../bench/scale/costTable.js'
import { originSentence } from '../../bench/scale/fingerprint.js'
import { lakeCostTable } from '../../bench/scale/lakeCost.js'
import { PRICES } from '../../bench/scale/prices.js'
import { readCalls } from '../../bench/scale/recordedCalls.js'
import { readSection } from '../../bench/scale/sections.js'
import { statementCostTable, statementTable } from '../../bench/scale/statementTable.js'
import { DEPLOYING_ACTIONS } from '../../src/cli/aws/permissionCheck.js'
import type { CommandModule } from '../../src/cli/commandLine.js'
import { projectFunctionName, resourceNames } from '../../src/deploy/plan/names.js'
import { PROJECT_FUNCTIONS } from '../../src/model/functions.js'
import { deployed, musicShop } from '../deploy/deployments.js'
import { snippetsOf } from '../docs/snippets.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGE = 'docs/aws.md'
const snippets = snippetsOf(PAGE)

describe('made sections', () => {
  const { calls, source } = readCalls()
  it.each([
    [PAGE, 'prices', priceTable()],
    [PAGE, 'operations', costTable(calls)],
    [PAGE, 'statements', statementCostTable()],
    ['docs/scale.md', 'statements', statementTable()],
    ['docs/scale.md', 'lakeCost', lakeCostTable()],
    // Fails when an input has changed since: npx tsx bench/scale/main.ts --write
    ['docs/scale.md', 'calls', originSentence(source)],
  ])('%s has %s as bench/scale makes it', (page, name, text) => {
    expect(readSection(page, name)).toBe(text)
  })
})

describe('what is created', () => {
  const text = readFileSync(join(ROOT, PAGE), 'utf8')

  it('has every name of the plan', () => {
    const { lakeBucketPrefix, resultsBucketPrefix, ...names } = resourceNames('shop')
    const all = [...Object.values(names), `${lakeBucketPrefix}{account}`, `${resultsBucketPrefix}{account}`]
    const functions = PROJECT_FUNCTIONS.map((kind) => projectFunctionName('shop', kind))
    expect([...all, ...functions].filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it('counts alarms and roles as the templates have them', async () => {
    const { stacks, folder } = deployed(await musicShop())
    folder.remove()
    const resources = stacks.flatMap(({ template }) => Object.values(template.Resources))
    const count = (type: string) => resources.filter(({ Type }) => Type === type).length
    expect(text).toContain(`| ${count('AWS::CloudWatch::Alarm')} alarms, a dashboard |`)
    const alarms = count('AWS::CloudWatch::Alarm')
    expect(text).toContain(`| ${alarms} alarms | $${(alarms * PRICES.alarmMonth).toFixed(2)} |`)
    expect(text).toContain(`permissions: at most ${count('AWS::IAM::Role')},`)
  })
})

describe('commands', () => {
  const lines = snippets
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line.startsWith('ocg '))

  it('are found', () => {
    expect(lines.length).toBeGreaterThan(12)
  })

  it.each(lines)('%s', async (line) => {
    const [name = '', ...args] = line.split(/\s+/).slice(1)
    const { declare } = (await import(`../../src/cli/commands/${name}.ts`)) as CommandModule
    const command = new Command(name).exitOverride()
    declare(command)
    const sub = command.commands.find((one) => one.name() === args[0])
    const { unknown } = (sub ?? command).parseOptions(sub ? args.slice(1) : args)
    expect(unknown).toEqual([])
  })
})

/** What the command line asks IAM for, by the SDK's commands in its sources. Undefined: no permission is needed. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GetCallerIdentity: [],
  SimulatePrincipalPolicy: ['iam:SimulatePrincipalPolicy'],
  GetParameter: ['ssm:GetParameter'],
  DescribeStacks: ['cloudformation:DescribeStacks'],
  GetTemplate: ['cloudformation:GetTemplate'],
  ListStackResources: ['cloudformation:ListStackResources'],
  DescribeStackEvents: ['cloudformation:DescribeStackEvents'],
  DeleteStack: ['cloudformation:DeleteStack'],
  DescribeTable: ['dynamodb:DescribeTable'],
  UpdateTable: ['dynamodb:UpdateTable'],
  DeleteTable: ['dynamodb:DeleteTable'],
  HeadBucket: ['s3:ListBucket'],
  ListObjectVersions: ['s3:ListBucketVersions'],
  DeleteObjects: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  DeleteBucket: ['s3:DeleteBucket'],
  FilterLogEvents: ['logs:FilterLogEvents'],
  StopQueryExecution: ['athena:StopQueryExecution'],
  GetQueueUrl: ['sqs:GetQueueUrl'],
  GetQueueAttributes: ['sqs:GetQueueAttributes'],
  ReceiveMessage: ['sqs:ReceiveMessage'],
  ChangeMessageVisibility: ['sqs:ChangeMessageVisibility'],
  DeleteMessage: ['sqs:DeleteMessage'],
  SendMessage: ['sqs:SendMessage'],
  Invoke: ['lambda:InvokeFunction'],
  GetShardIterator: ['dynamodb:GetShardIterator'],
  GetRecords: ['dynamodb:GetRecords'],
  // The table's adapter, as far as imports, exports, tasks and dead letters use it.
  GetItem: ['dynamodb:GetItem'],
  BatchGetItem: ['dynamodb:BatchGetItem'],
  Scan: ['dynamodb:Scan'],
  PutItem: ['dynamodb:PutItem'],
  UpdateItem: ['dynamodb:UpdateItem'],
  DeleteItem: ['dynamodb:DeleteItem'],
  TransactWriteItems: ['dynamodb:ConditionCheckItem'],
  TransactGetItems: ['dynamodb:GetItem'],
  // `ocg lake` asks Athena and looks at the lake's objects; Athena does so with the caller's rights.
  StartQueryExecution: [
    ...['athena:StartQueryExecution', 'glue:GetDatabase', 'glue:GetTable'],
    ...['s3:GetBucketLocation', 's3:GetObject', 's3:PutObject'],
  ],
  GetQueryExecution: ['athena:GetQueryExecution'],
  GetQueryResults: ['athena:GetQueryResults'],
  ListObjectsV2: ['s3:ListBucket'],
  DeleteObject: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  HeadObject: ['s3:GetObject'],
  PutObject: ['s3:PutObject'],
  Query: [],
}

describe('the policy of the deploying user', () => {
  const allowed = policyActions()

  it('lets through what the command line calls', () => {
    const called = commandsOf(
      'src/cli',
      'src/adapters/aws/dynamo',
      'src/adapters/aws/athena',
      'src/adapters/aws/s3',
      'src/adapters/aws/events/readStreamBatch.ts',
    )
    expect(called.length).toBeGreaterThan(20)
    expect(called.filter((name) => ACTIONS[name] === undefined)).toEqual([])
    const needed = new Set([...DEPLOYING_ACTIONS, ...called.flatMap((name) => ACTIONS[name] ?? [])])
    expect([...needed].filter((action) => !allowed.has(action))).toEqual([])
  })

  it('lets nothing else through', () => {
    const known = new Set<string>([...DEPLOYING_ACTIONS, ...Object.values(ACTIONS).flat(), 's3:GetObject'])
    expect([...allowed].filter((action) => !known.has(action))).toEqual([])
  })
})

function policyActions(): Set<string> {
  const policies = snippets.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text))
  const statements = (policies as { Statement: { Action: string | string[] }[] }[]).flatMap(
    ({ Statement }) => Statement,
  )
  return new Set(statements.flatMap(({ Action }) => [Action].flat()))
}

/** Names of the SDK's commands, and of its paginators, in sources. */
function commandsOf(...places: readonly string[]): string[] {
  const files = places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
          .map((file) => join(place, file)),
  )
  const names = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return [...text.matchAll(/\bnew (?:\w+\.)?(\w+)Command\(|\bpaginate(\w+)\(/g)].map(
      ([, command, page]) => command ?? page,
    )
  })
  return [...new Set(names)].filter((name): name is string => Boolean(name))
}
