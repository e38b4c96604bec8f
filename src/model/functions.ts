import type { LakeLayout } from './lakeLayout.js'
import type { Operation, OperationKind, Project } from './types.js'

/** Functions that a project has once, whatever its schema says. */
export const PROJECT_FUNCTIONS = [
  'streamProcessor',
  'cascadeListener',
  'deletionListener',
  'executionTracker',
] as const

/** Functions that a project has once besides, when its lake has layout `batches`. */
export const BATCHES_FUNCTIONS = ['lakeKeeper'] as const

export type ProjectFunctionKind = (typeof PROJECT_FUNCTIONS)[number] | (typeof BATCHES_FUNCTIONS)[number]

/** Functions that a project has once, in a layout of its lake. */
export function projectFunctionsOf(layout: LakeLayout | undefined): readonly ProjectFunctionKind[] {
  return layout === 'batches' ? [...PROJECT_FUNCTIONS, ...BATCHES_FUNCTIONS] : PROJECT_FUNCTIONS
}

/** What a function on AWS is for: one field of the API, or something behind it. Each kind has one entry point. */
export type FunctionKind = OperationKind | ProjectFunctionKind

/** The part of a model that functions run on. */
export type ModelSlice = Omit<Project, 'sdl' | 'hash'>

/** What a function carries beside its code, as `slice.json`. */
export interface FunctionSlice {
  readonly model: ModelSlice
  /** Absent for the project's own functions. */
  readonly operation?: Operation
  readonly settings: FunctionSettings
}

/** Settings of a deployment that functions go by. */
export interface FunctionSettings {
  /** First and last year that the lake projects. */
  readonly years: { readonly first: number; readonly last: number }
  /** Life of a task and its result, in days. */
  readonly taskDays: number
  /** How old a result may be that Athena gives out again for the same statement, in minutes; 0: never. */
  readonly resultReuseMinutes: number
  /** How the lake is laid out. Absent, as before there was a choice: `rows`. */
  readonly layout?: LakeLayout
  /** When the lake keeper does what, as far as it is not its default: see `KeeperSettings`. */
  readonly keeper?: Readonly<Record<string, number>>
  /** How patient the stream processor is with a change that can't be projected. Defaults: see `ProjectionSettings`. */
  readonly projection?: { readonly tries?: number; readonly buryAfterMs?: number }
  /** Deliveries of a message before its queue makes a dead letter of it. Default 5. */
  readonly maxReceiveCount?: number
}

/** Deliveries of a message of a queue, unless a deployment says otherwise. */
export const DEFAULT_MAX_RECEIVE_COUNT = 5

export const DEFAULT_FUNCTION_SETTINGS: FunctionSettings = {
  years: { first: 2020, last: 2035 },
  taskDays: 30,
  resultReuseMinutes: 0,
}

/** Name of a project's workgroup on Athena: a part of the contract that functions need, too. */
export function workgroupName(project: string): string {
  return `OCG-${project}`
}

/**
 * Name of the workgroup for work on the lake itself, in layout `batches`: a fold reads what it must, whatever a statement of the
 * project may scan. No project's name has an underscore, so this is never another project's workgroup.
 */
export function keeperWorkgroupName(project: string): string {
  return `${workgroupName(project)}_keeper`
}
