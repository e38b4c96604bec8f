import { relative, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Assembled } from '../aws/assemble.js'
import { EXIT_CODES } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { projectOptions } from '../config/projectOptions.js'
import { type Output, processOutput } from '../output.js'
import { formatCount, textTable } from '../textTable.js'

interface SynthOptions extends SchemaOptions {
  readonly out: string
  readonly bundles?: string
}

/** `ocg synth`: the cloud assembly, byte for byte the same for the same input. Needs no AWS account. */
export function declare(command: Command): void {
  addSchemaOptions(command)
    .option('--out <dir>', 'folder for templates and code', 'cdk.out')
    .addOption(new Option('--bundles <dir>', "folder of the functions' code").hideHelp())
  addOutputOptions(command)
    .addHelpText('after', '\nExample:\n  $ ocg synth -n shop -f schema.graphql --out cdk.out')
    .action(synth)
}

async function synth(options: SynthOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const { assemble } = await import('../aws/assemble.js')
  const out = resolve(options.out)
  const assembled = await assemble(chosen, { ...options, out }, output)
  const { synthesis, project } = assembled
  const { findings } = synthesis
  if (findings.length > 0) process.exitCode = EXIT_CODES.environment
  if (options.json) {
    const stacks = synthesis.stacks.map(({ name, resources, bytes, file }) => ({
      name,
      resources,
      bytes,
      file,
    }))
    const functions = synthesis.functions.map(({ name, kind, operation }) => ({
      name,
      kind,
      ...(operation && { field: operation.field }),
    }))
    const { assets, milliseconds } = synthesis
    const summary = {
      ok: findings.length === 0,
      project: project.name,
      out,
      stacks,
      functions,
      assets,
      resources: typesOf(assembled),
      findings,
      milliseconds,
    }
    await output.data(`${JSON.stringify(summary)}\n`)
  } else await show(assembled, out, output)
}

async function show(assembled: Assembled, out: string, output: Output): Promise<void> {
  const { synthesis } = assembled
  const { stacks, assets, functions, milliseconds } = synthesis
  const tables = [
    textTable(
      ['stack', 'resources', 'bytes'],
      stacks.map(({ name, resources, bytes }) => [name, resources, bytes]),
    ),
    textTable(
      ['resource', 'count'],
      typesOf(assembled).map(({ type, count }) => [type, count]),
    ),
    textTable(
      ['function', 'kind', 'field'],
      functions.map(({ name, kind, operation }) => [name, kind, operation?.field ?? '-']),
    ),
  ]
  await output.data(`${tables.join('\n\n')}\n`)
  for (const { check, place, message } of synthesis.findings) {
    output.note(`${output.colors.red('finding')} (${check}) ${place}: ${message}`)
  }
  const bytes = assets.reduce((sum, asset) => sum + asset.bytes, 0)
  output.note(
    `Wrote ${relative(process.cwd(), out) || '.'}: ${formatCount(stacks.length)} stacks, ` +
      `${formatCount(assets.length)} files of code with ${formatCount(bytes)} bytes, in ${(milliseconds / 1000).toFixed(1)} s.`,
  )
}

/** How many resources of each type. */
function typesOf({ synthesis }: Assembled): { readonly type: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { template } of synthesis.stacks) {
    for (const { Type } of Object.values(template.Resources)) counts.set(Type, (counts.get(Type) ?? 0) + 1)
  }
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => (a.type < b.type ? -1 : 1))
}
