import type { Command } from 'commander'
import { EXIT_CODES } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'

/** `ocg doctor`: what works, what is missing, and what to do about it. */
export function declare(command: Command): void {
  addSchemaOptions(command)
  addOutputOptions(command)
    .addHelpText('after', '\nExample:\n  $ ocg doctor -n shop -f schema.graphql')
    .action(doctor)
}

async function doctor(options: SchemaOptions): Promise<void> {
  const output = processOutput(options)
  const { examine } = await import('../aws/examine.js')
  const findings = await examine(options)
  const missing = findings.filter(({ state }) => state === 'missing')
  if (missing.length > 0) process.exitCode = EXIT_CODES.environment
  if (options.json) return output.data(`${JSON.stringify({ ok: missing.length === 0, checks: findings })}\n`)
  const { green, red, yellow, cyan } = output.colors
  const paint = { ok: green, missing: red, unknown: yellow } as const
  for (const { state, name, message, hint } of findings) {
    await output.data(`${paint[state](state.padEnd(8))}${name.padEnd(13)}${message}\n`)
    if (hint) await output.data(`${' '.repeat(21)}${cyan('hint')}: ${hint}\n`)
  }
}
