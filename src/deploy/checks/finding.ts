import type { PlannedFunction } from '../plan/planFunctions.js'
import type { Template, TemplateResource } from '../template.js'

/** What a check found wrong in a template. None of them comes from what a user wrote: each is a bug of ours. */
export interface Finding {
  /** Name of the check. */
  readonly check: CheckName
  /** Logical id of the resource, with its stack: `Entities07/QueryReadUserResolver`. */
  readonly place: string
  /** One sentence. */
  readonly message: string
}

export type CheckName =
  | 'schema'
  | 'resolvers'
  | 'permissions'
  | 'projection'
  | 'lake'
  | 'eventSources'
  | 'rules'
  | 'environment'
  | 'dataProtection'

/** What checks look at. */
export interface CheckInput {
  /** The root first. */
  readonly stacks: readonly { readonly name: string; readonly template: Template }[]
  readonly functions: readonly PlannedFunction[]
  /** Name of the project with its environment. */
  readonly project: string
  /** The schema when the template takes it from a file. */
  readonly schema?: string
}

/** A resource and where it is. */
export interface Placed {
  readonly stack: string
  readonly id: string
  readonly place: string
  readonly resource: TemplateResource
}

/** All resources of a type, in all stacks. */
export function ofType(input: CheckInput, type: string): readonly Placed[] {
  const index = INDEXES.get(input) ?? indexOf(input)
  INDEXES.set(input, index)
  return index.types.get(type) ?? []
}

/** The resource of a type that has a logical id in a stack. */
export function find(input: CheckInput, type: string, stack: string, id: string): Placed | undefined {
  ofType(input, type)
  const found = INDEXES.get(input)?.places.get(`${stack}/${id}`)
  return found?.resource.Type === type ? found : undefined
}

interface Index {
  readonly types: ReadonlyMap<string, readonly Placed[]>
  readonly places: ReadonlyMap<string, Placed>
}

/** Thousands of resources are asked for one another; each input is read once. */
const INDEXES = new WeakMap<CheckInput, Index>()

function indexOf({ stacks }: CheckInput): Index {
  const types = new Map<string, Placed[]>()
  const places = new Map<string, Placed>()
  for (const { name, template } of stacks) {
    for (const [id, resource] of Object.entries(template.Resources)) {
      const placed = { stack: name, id, place: `${name}/${id}`, resource }
      places.set(placed.place, placed)
      const same = types.get(resource.Type)
      if (same) same.push(placed)
      else types.set(resource.Type, [placed])
    }
  }
  return { types, places }
}

/** A part of a resource's properties, by keys and indexes; undefined when there is none. */
export function part(resource: TemplateResource, ...path: readonly (string | number)[]): unknown {
  let value: unknown = resource.Properties
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key]
  return value
}

export function listPart(resource: TemplateResource, ...path: readonly (string | number)[]): unknown[] {
  const value = part(resource, ...path)
  return Array.isArray(value) ? value : []
}
