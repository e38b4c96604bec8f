import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { type App, Aspects, Validations } from 'aws-cdk-lib/core'
import { AwsSolutionsChecks } from 'cdk-nag'
import { beforeAll, expect, it } from 'vitest'
import type { OcgConfig } from '../../../src/deploy/config/ocgConfig.js'
import { resolveSettings } from '../../../src/deploy/config/resolveSettings.js'
import { SUPPRESSIONS } from '../../../src/deploy/stack/suppressions.js'
import { synthesize } from '../../../src/deploy/synthesize.js'
import type { Project } from '../../../src/model/types.js'
import { musicShop, temporaryFolder, writeBundles } from '../../deploy/deployments.js'

const EVERYTHING: OcgConfig = {
  xray: true,
  alarms: { email: 'somebody@example.com' },
  functions: { kinds: { create: { concurrency: 5 } } },
}

let project: Project

beforeAll(async () => {
  project = await musicShop()
})

it.each([
  ['by default', {}],
  ['with everything on', EVERYTHING],
  ['with rows', { lake: { layout: 'rows' } }],
] as const)('passes the validator of CloudFormation %s', (_, config) => {
  expect(findings(config, () => {})).toEqual([])
})

it('fails the validator when a property is wrong', () => {
  const found = findings({}, (app) => {
    Aspects.of(app).add({
      visit(node) {
        if (node instanceof CfnFunction) node.addPropertyOverride('MemorySize', 64)
      },
    })
  })
  expect(found.length).toBeGreaterThan(0)
})

it.each([
  ['by default', {}, ['X-Ray', 'layout `rows`']],
  ['with everything on', EVERYTHING, ['layout `rows`']],
  ['with rows', { lake: { layout: 'rows' } }, ['X-Ray', 'layout `batches`']],
] as const)('passes cdk-nag %s, but for what is explained', (_, config, unused) => {
  const found = findings(config, (app) => Validations.of(app).addPlugins(new AwsSolutionsChecks(app)))
  const explains = (suppression: (typeof SUPPRESSIONS)[number], { rule, id }: Finding) =>
    suppression.rule.test(rule) && (suppression.on?.test(id) ?? true)
  expect(found.filter((finding) => !SUPPRESSIONS.some((one) => explains(one, finding)))).toEqual([])
  const idle = SUPPRESSIONS.filter((one) => !found.some((finding) => explains(one, finding)))
  // What is explained by a setting is left over without it.
  expect(idle).toHaveLength(unused.length)
  for (const word of unused) expect(idle.some(({ reason }) => reason.includes(word))).toBe(true)
})

interface Finding {
  readonly rule: string
  /** Logical id of the resource. */
  readonly id: string
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string
      readonly violatingConstructs: readonly { readonly constructPath?: string }[]
    }[]
  }[]
}

/** What the CDK's own validation finds. */
function findings(config: OcgConfig, prepare: (app: App) => void): Finding[] {
  const bundles = temporaryFolder()
  const out = temporaryFolder()
  try {
    writeBundles(bundles.path)
    const settings = resolveSettings(config, project)
    synthesize({ project, settings, bundles: bundles.path, out: out.path, validation: { prepare } })
    return []
  } catch (error) {
    if ((error as Error).name !== 'ValidationFailed' && !String(error).startsWith('ValidationFailed'))
      throw error
    const report = JSON.parse(readFileSync(join(out.path, 'validation-report.json'), 'utf8')) as Report
    return report.pluginReports.flatMap(({ violations }) =>
      violations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath = '' }) => {
          return { rule: ruleName, id: constructPath.split('/').at(-1) ?? '' }
        }),
      ),
    )
  } finally {
    bundles.remove()
    out.remove()
  }
}
