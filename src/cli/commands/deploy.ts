import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { LayoutChange } from '../../deploy/diff/dataChanges.js'
import type { DeployedStack } from '../aws/deployedState.js'
import { CliError } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { projectOptions } from '../config/projectOptions.js'
import { type Output, processOutput } from '../output.js'

interface DeployOptions extends SchemaOptions {
  readonly yes?: boolean
  readonly changeLayout?: boolean
  readonly bundles?: string
}

/** `ocg deploy`: checks, says what would change, asks, and has CloudFormation do it. */
export function declare(command: Command): void {
  addSchemaOptions(command)
    .option('--yes', 'do not ask; for CI')
    .option('--change-layout', 'give the lake of a deployed project the other layout')
    .addOption(new Option('--bundles <dir>', "folder of the functions' code").hideHelp())
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg deploy -n shop -f schema.graphql\n  $ ocg deploy -n shop --env prod --yes',
    )
    .action(deploy)
}

async function deploy(options: DeployOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const [aws, { onAws }] = await Promise.all([loadParts(), import('../aws/awsFailure.js')])
  const out = await mkdtemp(join(tmpdir(), 'ocg-deploy-'))
  try {
    const { account } = await onAws(aws.callerIdentity)
    await onAws(() => requireBootstrap(aws.readBootstrap))
    const assembled = await aws.assemble(chosen, { ...options, out }, output)
    const { project, synthesis } = assembled
    const before = await onAws(() => aws.readDeployed(aws.resourceNames(project.name).stack))
    const kinds = new Map(synthesis.functions.map(({ name, kind }) => [name, kind]))
    const diff = aws.diffDeployments(before, await aws.readAssembly(out), kinds)
    if (!output.json && diff.isDeployed && diff.hasChanges) output.note(`${aws.renderDiff(diff, output)}\n`)
    refuseFindings(synthesis.findings)
    refuseLoss(diff.resources.dataLoss)
    if (!options.changeLayout) refuseLayout(diff.data.layout)
    refuseContradictions(await onAws(() => aws.storedContradictions(project)))
    if (before && !diff.hasChanges && aws.isUpToDate(before, assembled.settings)) {
      await onAws(() => aws.noteModel(project, assembled.settings.function.layout))
      if (!output.json) output.note('Nothing has changed since the last deployment.')
      return await announce(project.name, before, output)
    }
    // Even a first deployment that has failed leaves its table or buckets behind.
    const kept = before ? [] : await onAws(() => aws.keptData(aws.dataResources(project.name, account)))
    const adopts = kept.length > 0
    const { layout } = assembled.settings.function
    const former = adopts ? await onAws(() => aws.keptLayout(project)) : undefined
    if (!options.changeLayout) refuseLayout(aws.layoutChange(former, layout))
    const what = before
      ? 'Deploy these changes'
      : adopts
        ? 'Deploy, and take in the data that is there'
        : 'Deploy'
    if (!options.yes) {
      const { confirmOrDecline } = await import('../aws/confirm.js')
      await confirmOrDecline(`${what}: ${project.name} to account ${account}?`, output)
    }
    const after = await onAws(() => aws.deployProject({ assembled, out, before, adopts, account, output }))
    await announce(project.name, after, output)
    // The catalogue has gone with the stack, and with it what it knew of the lake that was kept.
    if (layout === 'batches' && (diff.data.layout || adopts)) {
      const { baseName, environment } = assembled.settings
      const name = environment === undefined ? baseName : `${baseName} --env ${environment}`
      output.note(`Next, so that statements see all rows again: ocg lake rebuild -n ${name} --aws`)
    }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

async function loadParts() {
  const [a, b, c, d, e, f, g, h, i, j, k, l] = await Promise.all([
    import('../aws/account.js'),
    import('../aws/bootstrap.js'),
    import('../aws/assemble.js'),
    import('../aws/assembly.js'),
    import('../aws/deployedState.js'),
    import('../aws/storedData.js'),
    import('../aws/deployProject.js'),
    import('../aws/renderDiff.js'),
    import('../../deploy/diff/diffDeployments.js'),
    import('../../deploy/plan/names.js'),
    import('../aws/keptData.js'),
    import('../../deploy/diff/dataChanges.js'),
  ])
  return { ...a, ...b, ...c, ...d, ...e, ...f, ...g, ...h, ...i, ...j, ...k, ...l }
}

async function requireBootstrap(read: () => Promise<{ readonly state: string }>): Promise<void> {
  const { state } = await read()
  if (state === 'ready') return
  throw new CliError('environment', 'This account and region are not prepared for deployments of the CDK.', {
    hint: 'Prepare them once: npx cdk bootstrap. See: ocg doctor',
  })
}

function refuseFindings(findings: readonly { readonly place: string; readonly message: string }[]): void {
  if (findings.length === 0) return
  const list = findings.map(({ place, message }) => `\n  ${place}: ${message}`).join('')
  throw new CliError('environment', `The templates are not right, and are therefore not deployed:${list}`, {
    hint: 'This is a bug of oc-graphql: report it with the schema.',
  })
}

function refuseLoss(reasons: readonly string[]): void {
  if (reasons.length === 0) return
  const list = reasons.map((one) => `\n  ${one}`).join('')
  throw new CliError('declined', `This deployment would lose data, and is therefore not made:${list}`, {
    hint: 'Deploy under another name, export and import the data: ocg export --aws, ocg import --aws.',
  })
}

/** Whoever leaves out `lake.layout` may get another one with a new version: nobody should meet that by chance. */
function refuseLayout(change: LayoutChange | undefined): void {
  if (!change) return
  const { from, to, means } = change
  throw new CliError(
    'declined',
    `This deployment gives the lake another layout, ${to} instead of ${from}, and is therefore not made unasked. ${means}`,
    {
      hint: `Keep it with lake: { layout: '${from}' } in ocg.config.ts; or, if it is meant: ocg deploy --change-layout`,
    },
  )
}

function refuseContradictions(problems: readonly string[]): void {
  if (problems.length === 0) return
  const list = problems.map((one) => `\n  ${one}`).join('')
  throw new CliError(
    'input',
    `The stored data contradicts the schema, which is therefore not deployed:${list}`,
    {
      hint: 'Change the rows through the API that is deployed now, or let the schema allow them.',
    },
  )
}

async function announce(name: string, { outputs }: DeployedStack, output: Output): Promise<void> {
  const { ApiUrl: url, ApiKeyValue: apiKey, DashboardUrl, TableUrl, SqlUrl } = outputs
  if (output.json)
    return output.data(`${JSON.stringify({ ok: true, project: name, url, apiKey, outputs })}\n`)
  const lines = [
    ['url', url],
    ['api key', apiKey],
    ['dashboard', DashboardUrl],
    ['table', TableUrl],
    ['sql', SqlUrl],
  ].filter(([, value]) => value !== undefined)
  output.note(`${output.colors.green('Deployed')}: ${name}.`)
  await output.data(`${lines.map(([label = '', value]) => `${label.padEnd(11)}${value}`).join('\n')}\n`)
}
