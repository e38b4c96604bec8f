import { didYouMean } from '../../errors/suggest.js'
import type { FunctionKind } from '../../model/functions.js'
import type { Project } from '../../model/types.js'
import type { ConfigMistake } from './checkConfig.js'
import type { EnvironmentConfig, FunctionConfig, OcgConfig } from './ocgConfig.js'
import {
  BATCHES_DEFAULTS,
  DEFAULT_OPTIONS,
  DEFAULTS,
  type DeploymentSettings,
  type FunctionOptions,
} from './settings.js'

/** The configuration asks for what the project does not have. `mistakes` says all of it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly ConfigMistake[]

  constructor(mistakes: readonly ConfigMistake[]) {
    super(mistakes.map(({ message }) => message).join('\n'))
    this.mistakes = mistakes
  }
}

/**
 * Settings of a deployment: the defaults, over them the configuration, over it what it says for the environment. `project`
 * has its own name, without the environment's. Throws `ConfigError` when an operation is named that is none.
 */
export function resolveSettings(
  config: OcgConfig,
  project: Project,
  environment?: string,
): DeploymentSettings {
  const own = environment === undefined ? undefined : config.environments?.[environment]
  const { environments: _, ...common } = config
  const merged = merge(common, own ?? {}) as EnvironmentConfig
  checkOperations(merged, project)
  const logRetentionDays = merged.logRetentionDays ?? DEFAULTS.logRetentionDays
  const layout = merged.lake?.layout ?? DEFAULTS.layout
  const isBatches = layout === 'batches'
  const kinds = mapKinds((kind) => {
    const own = isBatches && kind === 'streamProcessor' && { concurrency: BATCHES_DEFAULTS.concurrency }
    return { ...DEFAULT_OPTIONS[kind], ...own, logRetentionDays, ...merged.functions?.kinds?.[kind] }
  })
  return {
    baseName: project.name,
    ...(environment === undefined ? {} : { environment }),
    function: {
      years: merged.years ?? DEFAULTS.function.years,
      taskDays: merged.taskDays ?? DEFAULTS.function.taskDays,
      resultReuseMinutes: merged.sql?.resultReuseMinutes ?? DEFAULTS.function.resultReuseMinutes,
      ...(isBatches && { layout }),
      // Listeners must know which delivery is the last one.
      ...(merged.queues?.maxReceiveCount && { maxReceiveCount: merged.queues.maxReceiveCount }),
    },
    kinds,
    operations: operationOptions(merged.functions?.operations ?? {}, kinds, project),
    logLevel: merged.logLevel ?? DEFAULTS.logLevel,
    logRetentionDays,
    xray: merged.xray ?? DEFAULTS.xray,
    api: { ...DEFAULTS.api, ...merged.api },
    maxScannedMb: merged.sql?.maxScannedMb ?? DEFAULTS.maxScannedMb,
    stream: { ...(isBatches ? BATCHES_DEFAULTS : DEFAULTS).stream, ...merged.stream },
    queues: { ...DEFAULTS.queues, ...merged.queues },
    alarms: merged.alarms ?? {},
    tags: merged.tags ?? {},
  }
}

function operationOptions(
  operations: Readonly<Record<string, FunctionConfig>>,
  kinds: Readonly<Record<FunctionKind, FunctionOptions>>,
  project: Project,
): Record<string, FunctionOptions> {
  return Object.fromEntries(
    project.operations.flatMap(({ field, kind }) =>
      Object.hasOwn(operations, field) ? [[field, { ...kinds[kind], ...operations[field] }]] : [],
    ),
  )
}

function checkOperations(config: EnvironmentConfig, project: Project): void {
  const fields = project.operations.map(({ field }) => field)
  const mistakes = Object.keys(config.functions?.operations ?? {})
    .filter((name) => !fields.includes(name))
    .map((name): ConfigMistake => {
      const hint = didYouMean(name, fields, (one) => `\`${one}\``)
      const path = `functions.operations.${name}`
      return { path, message: `\`${path}\` is no field of the API.${hint ? ` ${hint}` : ''}` }
    })
  if (mistakes.length > 0) throw new ConfigError(mistakes)
}

function mapKinds(map: (kind: FunctionKind) => FunctionOptions): Record<FunctionKind, FunctionOptions> {
  const kinds = Object.keys(DEFAULT_OPTIONS) as FunctionKind[]
  return Object.fromEntries(kinds.map((kind) => [kind, map(kind)])) as Record<FunctionKind, FunctionOptions>
}

/** `over` wins; objects are merged by key, at every depth. An undefined value says nothing. */
function merge(base: object, over: object): object {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const below = merged[key]
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value
  }
  return merged
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
