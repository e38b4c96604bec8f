import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentState } from '../../deploy/diff/diffDeployments.js'
import type { Template } from '../../deploy/diff/template.js'
import { CliError } from '../cliError.js'

/** Reads the templates and the API of a cloud assembly, as `ocg synth` writes it. Throws `CliError` for anything else. */
export async function readAssembly(folder: string): Promise<DeploymentState> {
  const files = await readdir(folder).catch(() => undefined)
  const templateFiles = files?.filter((file) => file.endsWith('.template.json')).sort() ?? []
  if (templateFiles.length === 0) {
    throw new CliError('input', `There is no cloud assembly in ${folder}.`, {
      hint: 'Name the folder that ocg synth has written with --out.',
    })
  }
  const templates: Record<string, Template> = {}
  for (const file of templateFiles) {
    const name = file.includes('.nested.') ? nestedName(file) : ''
    templates[name] = JSON.parse(await readFile(join(folder, file), 'utf8')) as Template
  }
  const schema = files?.find((file) => file.endsWith('.graphql'))
  return { templates, ...(schema && { sdl: await readFile(join(folder, schema), 'utf8') }) }
}

/** Name of a nested stack, from its template's file or its logical id: `Entities07`. */
export function nestedName(text: string): string {
  return /(?:Entities|Statements)\d\d/.exec(text)?.[0] ?? text
}
