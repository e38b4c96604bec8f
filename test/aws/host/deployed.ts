import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqlChecker } from '../../../src/adapters/embedded/sqlChecker.js'
import { compileSchema } from '../../../src/compiler/compile.js'
import type { OcgConfig } from '../../../src/deploy/config/ocgConfig.js'
import { resolveSettings } from '../../../src/deploy/config/resolveSettings.js'
import { synthesize } from '../../../src/deploy/synthesize.js'
import type { Project } from '../../../src/model/types.js'
import { lambdaBundles } from './lambdaBundles.js'
import { type AwsHost, openAwsHost } from './openAwsHost.js'

export interface DeployedHost extends AwsHost {
  readonly project: Project
}

export interface DeployedOptions {
  /** When the lake keeper does what, in the place of minutes and hours. */
  readonly keeper?: Readonly<Record<string, number>>
  readonly snapshotAgeSeconds?: number
  /** Length of a minute of the schedules, in milliseconds. Absent: only `runSchedules` fires them. */
  readonly minuteMs?: number
}

/**
 * Compiles a schema, synthesises its stack with the real bundles, and makes that stack on the protocol servers. Its lake has
 * layout `rows` unless `config` says otherwise, as `batches` needs Trino.
 */
export async function openDeployed(
  name: string,
  schema: string,
  config: OcgConfig = {},
  { keeper, ...hostOptions }: DeployedOptions = {},
): Promise<DeployedHost> {
  const project = await compile(name, schema)
  const folder = await mkdtemp(join(tmpdir(), 'ocg-assembly-'))
  const settings = resolveSettings({ lake: { layout: 'rows' }, ...config }, project)
  await synthesize({
    project,
    settings: keeper ? { ...settings, function: { ...settings.function, keeper } } : settings,
    bundles: await lambdaBundles(),
    out: folder,
  })
  const host = await openAwsHost({ project, assembly: folder, stack: `OcGraphql-${name}`, ...hostOptions })
  return Object.assign(host, {
    project,
    close: closing(host, () => rm(folder, { recursive: true, force: true })),
  })
}

function closing(host: AwsHost, then: () => Promise<unknown>): () => Promise<void> {
  const { close } = host
  return async () => {
    await close()
    await then()
  }
}

async function compile(name: string, schema: string): Promise<Project> {
  const checker = await createSqlChecker()
  try {
    const result = await compileSchema([{ file: 'schema.graphql', text: schema }], { project: name, checker })
    if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
    return result.project
  } finally {
    await checker.close()
  }
}
