import type { FieldDefinitionNode } from 'graphql'
import type { Report } from '../report.js'
import type { Schema, SchemaType } from '../schema.js'
import { namedType } from '../typeRef.js'
import type { Rule } from './rule.js'

/** Deepest nesting of types in each other: columns of the lake are nested as deeply. */
const MAX_DEPTH = 32

/** No value type or response type contains itself, directly or through others. Each circle is reported once. */
export const noRecursion: Rule = (schema, report) => {
  const done = new Set<string>()
  for (const start of schema.types.values()) {
    if (!isNested(start) || done.has(start.name)) continue
    for (const { path, field, owner } of circlesFrom(start, schema, done)) {
      schema.broken.field(owner.name, field.name.value)
      const way = path.length > 1 ? ` through ${path.slice(1).join(', ')}` : ''
      report.error('OCG1043', namedType(field.type), `Type ${path[0]} contains itself${way}.`, {
        hint: 'Make it an entity (id: ID!), and let fields such as parentId: ID say what belongs to what.',
      })
    }
  }
  checkDepth(schema, report)
}

/** Types are nested in each other at most `MAX_DEPTH` levels deep. */
function checkDepth(schema: Schema, report: Report): void {
  let level = [...schema.types.values()].filter(({ role }) => role === 'entity' || role === 'response')
  for (let depth = 0; level.length > 0; depth++) {
    const next = new Map<string, SchemaType>()
    for (const owner of level) {
      for (const field of owner.fields) {
        const type = schema.types.get(namedType(field.type).name.value)
        if (!type || !isNested(type) || schema.broken.isField(owner.name, field.name.value)) continue
        if (depth < MAX_DEPTH) next.set(type.name, type)
        else {
          schema.broken.field(owner.name, field.name.value)
          const message = `Field ${field.name.value} of ${owner.name} nests types more than ${MAX_DEPTH} levels deep.`
          report.error('OCG1002', field.type, message, { hint: 'Make one of them an entity of its own.' })
        }
      }
    }
    level = [...next.values()]
  }
}

interface Circle {
  /** Names of the types from the first to the one whose field closes the circle. */
  readonly path: readonly string[]
  readonly owner: SchemaType
  readonly field: FieldDefinitionNode
}

interface Frame {
  readonly type: SchemaType
  next: number
}

/** Depth-first, with its own stack: a chain of types may be longer than the stack of the language. */
function circlesFrom(start: SchemaType, schema: Schema, done: Set<string>): Circle[] {
  const circles: Circle[] = []
  const stack: Frame[] = [{ type: start, next: 0 }]
  const open = new Map([[start.name, 0]])
  while (stack.length > 0) {
    const frame = stack.at(-1) as Frame
    const field = frame.type.fields[frame.next++]
    if (!field) {
      stack.pop()
      open.delete(frame.type.name)
      done.add(frame.type.name)
      continue
    }
    const type = schema.types.get(namedType(field.type).name.value)
    if (!type || !isNested(type) || done.has(type.name)) continue
    const at = open.get(type.name)
    if (at !== undefined) {
      circles.push({ path: stack.slice(at).map((one) => one.type.name), owner: frame.type, field })
    } else {
      open.set(type.name, stack.length)
      stack.push({ type, next: 0 })
    }
  }
  return circles
}

function isNested({ role }: SchemaType): boolean {
  return role === 'value' || role === 'response'
}
