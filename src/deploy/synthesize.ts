import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib/core'
import { sha256Hex } from '../model/keys.js'
import type { Project } from '../model/types.js'
import { writeFunctionAssets } from './assets/functionAssets.js'
import { checkTemplates } from './checks/checkTemplates.js'
import type { Finding } from './checks/finding.js'
import type { DeploymentSettings } from './config/settings.js'
import { resourceNames } from './plan/names.js'
import { type PlannedFunction, planFunctions } from './plan/planFunctions.js'
import { appsyncSchema } from './stack/appsyncSchema.js'
import { buildStack } from './stack/buildStack.js'
import { checkSizes } from './stack/checkSizes.js'
import { SynthesisError } from './synthesisError.js'
import type { Template } from './template.js'

export interface SynthesisInput {
  /** Under its full name: `projectOf(project, environment)`. */
  readonly project: Project
  readonly settings: DeploymentSettings
  /** Folder of the functions' bundles: `{kind}.cjs`. */
  readonly bundles: string
  /** Folder for the cloud assembly. What an earlier synthesis left in it goes. */
  readonly out: string
  /**
   * Checks by the CDK itself: its validator of templates, and plugins that `prepare` registers. They take longer than all
   * the rest, so they run where they are asked for. What they find is in `validation-report.json`.
   */
  readonly validation?: { readonly prepare: (app: App) => void }
}

export interface Synthesis {
  /** The root first, then its nested stacks by name. */
  readonly stacks: readonly SynthesizedStack[]
  /** Files that are uploaded besides the templates. */
  readonly assets: readonly { readonly file: string; readonly bytes: number }[]
  readonly functions: readonly PlannedFunction[]
  /** What our own checks found in the templates: nothing, unless there is a bug. */
  readonly findings: readonly Finding[]
  readonly milliseconds: number
}

export interface SynthesizedStack {
  /** `OcGraphql-shop`, or the logical id of a nested stack: `Entities07`. */
  readonly name: string
  readonly template: Template
  /** Number of its resources. */
  readonly resources: number
  /** Size of its template as it is uploaded. */
  readonly bytes: number
  /** The template's file in the folder of the assembly. */
  readonly file: string
}

/**
 * Writes the cloud assembly of a deployment: templates, functions' code, manifest. The same input gives the same bytes.
 * Throws `SynthesisError` when the folder is none or holds something else, when a bundle is missing, or when a stack exceeds
 * CloudFormation's limits.
 */
export function synthesize(input: SynthesisInput): Synthesis {
  const { project, settings, bundles, out, validation } = input
  const start = performance.now()
  clearFolder(out)
  const names = resourceNames(project.name)
  const functions = planFunctions(project, settings.function)
  const assets = writeFunctionAssets(functions, bundles, out)
  const app = new App({
    outdir: out,
    // What would differ between machines and runs, or costs time and says nothing here.
    analyticsReporting: false,
    stackTraces: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validation !== undefined,
    // The validator's own rules find errors, not warnings.
    context: {
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      'aws:cdk:disable-creation-stack-traces': true,
    },
  })
  validation?.prepare(app)
  const deployment = { project, settings, names, functions, assets }
  const stack = buildStack(app, deployment, (sdl) => writeSchema(out, sdl))
  app.synth()
  const stacks = readStacks(out, stack.stackName)
  checkSizes(stacks)
  const files = new Map([...assets.values()].map(({ file, bytes }) => [file, { file, bytes }]))
  const schema = appsyncSchema(project)
  const findings = checkTemplates({ stacks, functions, project: project.name, schema })
  const milliseconds = performance.now() - start
  return { stacks, assets: [...files.values()], functions, findings, milliseconds }
}

/** Removes what an earlier synthesis wrote, and nothing else. */
function clearFolder(out: string): void {
  if (existsSync(out) && !statSync(out).isDirectory()) {
    throw new SynthesisError(`${out} is a file; give the output a folder of its own.`)
  }
  mkdirSync(out, { recursive: true })
  const entries = readdirSync(out)
  if (entries.length === 0) return
  if (!existsSync(join(out, 'cdk.out')) && !entries.every(isOurs)) {
    throw new SynthesisError(
      `The folder ${out} holds files of something else; give the output a folder of its own.`,
    )
  }
  for (const entry of entries.filter(isOurs)) rmSync(join(out, entry), { recursive: true })
}

function isOurs(entry: string): boolean {
  return (
    /^(asset\.[0-9a-f]+\.(zip|graphql)|cdk\.out|manifest\.json|validation-report\.json)$/.test(entry) ||
    /^OcGraphql.*\.json$/.test(entry)
  )
}

function writeSchema(out: string, sdl: string) {
  const hash = sha256Hex(sdl)
  const file = `asset.${hash}.graphql`
  writeFileSync(join(out, file), sdl)
  return { file, hash }
}

function readStacks(out: string, root: string): SynthesizedStack[] {
  const files = readdirSync(out).filter((file) => file.endsWith('.template.json'))
  const stacks = files.map((file): SynthesizedStack => {
    const text = readFileSync(join(out, file), 'utf8')
    const template = JSON.parse(text) as Template
    return {
      name: stackName(file, root),
      template,
      resources: Object.keys(template.Resources).length,
      bytes: Buffer.byteLength(text),
      file,
    }
  })
  return stacks.sort(
    (a, b) => Number(b.name === root) - Number(a.name === root) || (a.name < b.name ? -1 : 1),
  )
}

/** Nested templates are called `{root}{nested}{hash}.nested.template.json`. */
function stackName(file: string, root: string): string {
  const nested = /((?:Entities|Statements)\d\d)[0-9A-F]*\.nested\.template\.json$/.exec(file)
  return nested?.[1] ?? root
}
