import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { DeploymentState } from '../../deploy/diff/diffDeployments.js'
import { EXIT_CODES } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { type ProjectOptions, projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface DiffOptions extends SchemaOptions {
  readonly against?: string
  readonly bundles?: string
}

/** `ocg diff`: what a deployment would change. Exits with 4 when there is something. */
export function declare(command: Command): void {
  addSchemaOptions(command)
    .option('--against <dir>', 'compare with a folder of ocg synth instead of what is deployed')
    .addOption(new Option('--bundles <dir>', "folder of the functions' code").hideHelp())
  addOutputOptions(command)
    .addHelpText(
      'after',
      `\nExits with ${EXIT_CODES.done} when nothing would change, with ${EXIT_CODES.changes} when something would.` +
        '\n\nExamples:\n  $ ocg diff -n shop -f schema.graphql\n  $ ocg diff -n shop --against cdk.out --json',
    )
    .action(diff)
}

async function diff(options: DiffOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const [{ assemble }, { readAssembly }, { diffDeployments }, { renderDiff }] = await Promise.all([
    import('../aws/assemble.js'),
    import('../aws/assembly.js'),
    import('../../deploy/diff/diffDeployments.js'),
    import('../aws/renderDiff.js'),
  ])
  const out = await mkdtemp(join(tmpdir(), 'ocg-diff-'))
  try {
    const { synthesis } = await assemble(chosen, { ...options, out }, output)
    const before =
      options.against === undefined ? await deployed(chosen) : await readAssembly(resolve(options.against))
    const kinds = new Map(synthesis.functions.map(({ name, kind }) => [name, kind]))
    const found = diffDeployments(before, await readAssembly(out), kinds)
    if (found.hasChanges) process.exitCode = EXIT_CODES.changes
    if (options.json) return await output.data(`${JSON.stringify({ ok: true, ...found })}\n`)
    if (!found.isDeployed) output.note(`${chosen.name} is not deployed yet: everything is new.`)
    if (!found.hasChanges) return output.note('Nothing would change.')
    await output.data(`${renderDiff(found, output)}\n`)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

async function deployed({ name }: ProjectOptions): Promise<DeploymentState | undefined> {
  const [{ readDeployed }, { onAws }, { resourceNames }] = await Promise.all([
    import('../aws/deployedState.js'),
    import('../aws/awsFailure.js'),
    import('../../deploy/plan/names.js'),
  ])
  return onAws(() => readDeployed(resourceNames(name).stack))
}
