import { dirname, relative, resolve } from 'node:path'
import type { OcgConfig } from '../../deploy/config/ocgConfig.js'
import type { LakeOptions } from '../../host/openHost.js'
import type { RuntimeLimits } from '../../runtime/context.js'
import { CliError } from '../cliError.js'
import type { DataOptions } from '../commonOptions.js'
import { dataFolder, projectName } from '../projectName.js'
import { loadConfig } from './loadConfig.js'

/** What a command works on: its flags, below them the configuration file, below that the defaults. */
export interface ProjectOptions {
  /** The name in its environment: `shop-prod`. Names everything that is stored or deployed. */
  readonly name: string
  /** The name without the environment. */
  readonly baseName: string
  readonly env: string | undefined
  /** Undefined: the default. */
  readonly file: readonly string[] | undefined
  /** Absolute. */
  readonly folder: string
  readonly config: OcgConfig
  /** As it is shown to the user; undefined when there is none. */
  readonly configFile: string | undefined
}

const ENVIRONMENT = /^[a-z][a-z0-9]{0,5}$/

const DAY_SECONDS = 24 * 60 * 60

/** What the configuration says of years and tasks, which hold on every host. */
export function runtimeLimits({
  config,
  env,
}: Pick<ProjectOptions, 'config' | 'env'>): Partial<RuntimeLimits> {
  const { years, taskDays } = { ...config, ...(env !== undefined && config.environments?.[env]) }
  return {
    ...(years && { years }),
    ...(taskDays !== undefined && { taskLifeSeconds: taskDays * DAY_SECONDS }),
  }
}

/** What the configuration says of the Parquet lake beside the query image. */
export function lakeOptions({ config, env }: Pick<ProjectOptions, 'config' | 'env'>): LakeOptions {
  return { ...config.lake, ...(env !== undefined && config.environments?.[env]?.lake) }
}

/** Puts flags and configuration together. Throws `CliError` for a mistake in either. */
export async function projectOptions(options: DataOptions): Promise<ProjectOptions> {
  const { config, file: configFile } = await loadConfig(options.config)
  const base = configFile === undefined ? '.' : dirname(configFile)
  const fromConfig = (path: string) => relative(process.cwd(), resolve(base, path)) || '.'
  const env = options.env ?? config.env
  if (env !== undefined && !ENVIRONMENT.test(env)) {
    throw new CliError('input', `'${env}' can't be the name of an environment.`, {
      hint: 'It has 1 to 6 characters: a lower-case letter, then letters and digits.',
    })
  }
  const data = options.data ?? (config.data === undefined ? undefined : fromConfig(config.data))
  const given = options.name ?? config.name
  // A folder that is named needs no name of the project.
  const baseName =
    given === undefined && options.needsName === false && data !== undefined ? '' : projectName(given)
  const name = env === undefined ? baseName : `${baseName}-${env}`
  return {
    name,
    baseName,
    env,
    file: options.file ?? (config.file === undefined ? undefined : [config.file].flat().map(fromConfig)),
    folder: dataFolder(data, name),
    config,
    configFile,
  }
}
