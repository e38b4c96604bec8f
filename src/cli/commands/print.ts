import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface PrintOptions extends SchemaOptions {
  readonly model?: boolean
  readonly out?: string
}

/** `ocg print`: the generated API as SDL, or the compiled model as JSON. */
export function declare(command: Command): void {
  addSchemaOptions(command)
    .option('--model', 'print the compiled model as JSON instead')
    .option('--out <dir>', 'write api.graphql (or model.json) into this folder instead of stdout')
  addOutputOptions(command)
    .addHelpText('after', '\nExample:\n  $ ocg print -n shop -f schema.graphql > api.graphql')
    .action(print)
}

async function print(options: PrintOptions): Promise<void> {
  const output = processOutput(options)
  const project = await compileOrFail(await projectOptions(options), output)
  const text = options.model
    ? `${JSON.stringify(project, null, 2)}\n`
    : options.json
      ? `${JSON.stringify({ sdl: project.sdl })}\n`
      : `${project.sdl.trimEnd()}\n`
  if (options.out === undefined) return output.data(text)
  const file = join(options.out, options.model ? 'model.json' : options.json ? 'api.json' : 'api.graphql')
  await mkdir(options.out, { recursive: true })
  await writeFile(file, text)
  output.note(`Wrote ${file}.`)
}
