import type { PageStart } from '../../../ports/itemTable.js'
import type { CascadeMessage, DeletionMessage } from '../../../ports/queue.js'

/** The message in a body; undefined for a body that holds none. */
export function cascadeMessageOf(body: string): CascadeMessage | undefined {
  const { entityType, entityId, incarnation, start } = fieldsOf(body)
  if (typeof entityType !== 'string' || typeof entityId !== 'string' || typeof incarnation !== 'string') {
    return undefined
  }
  if (start === undefined) return { entityType, entityId, incarnation }
  return isPageStart(start) ? { entityType, entityId, incarnation, start } : undefined
}

/** The message in a body; undefined for a body that holds none. */
export function deletionMessageOf(body: string): DeletionMessage | undefined {
  const { taskId, id, resume } = fieldsOf(body)
  if (typeof taskId !== 'string' || (id !== undefined && typeof id !== 'string')) return undefined
  const message = id === undefined ? { taskId } : { taskId, id }
  if (resume === undefined) return message
  if (typeof resume !== 'object' || resume === null) return undefined
  const { step, at } = resume as { readonly step?: unknown; readonly at?: unknown }
  if (step !== 'remove' && step !== 'wait') return undefined
  if (at === undefined) return { ...message, resume: { step } }
  return typeof at === 'string' ? { ...message, resume: { step, at } } : undefined
}

function isPageStart(value: unknown): value is PageStart {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((part) => typeof part === 'string')
  )
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
