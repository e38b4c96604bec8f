import { keeperWorkgroupName, type ProjectFunctionKind, workgroupName } from '../../model/functions.js'
import { sha256Hex } from '../../model/keys.js'
import type { Operation } from '../../model/types.js'

/**
 * Names of a project's resources on AWS; a part of the contract. `project` is the name with its environment, if it has
 * one: `shop` or `shop-dev`.
 */
export function resourceNames(project: string) {
  return {
    stack: `OcGraphql-${project}`,
    table: `OCG-${project}`,
    /** Followed by the account. */
    lakeBucketPrefix: `ocg-${project}-`,
    /** Followed by the account. */
    resultsBucketPrefix: `ocg-${project}-athena-results-`,
    database: `${project.replaceAll('-', '_')}_db`,
    api: `${project}-api`,
    workgroup: workgroupName(project),
    /** Of work on the lake itself. Only with layout `batches`. */
    keeperWorkgroup: keeperWorkgroupName(project),
    cascadeQueue: `${project}-cascade-deletion`,
    deletionQueue: `${project}-deletion`,
    /** Batches of the stream that could not even be noted as dead letters. */
    streamDeadLetterQueue: `${project}-stream-dlq`,
  } as const
}

/** Name of the queue that takes what a queue could not deliver. */
export function deadLetterQueueOf(queue: string): string {
  return `${queue}-dlq`
}

const SUFFIXES: Readonly<Record<ProjectFunctionKind, string>> = {
  streamProcessor: 'stream-processor',
  cascadeListener: 'cascade-deletion-listener',
  deletionListener: 'deletion-listener',
  executionTracker: 'athena-execution-tracker',
  lakeKeeper: 'lake-keeper',
}

export function projectFunctionName(project: string, kind: ProjectFunctionKind): string {
  return `OCG-${project}-${SUFFIXES[kind]}`
}

/** `OCG-{project}-{hash}`: the hash is the first 16 hex characters of the SHA-256 of what the function is for. */
export function operationFunctionName(project: string, operation: Operation): string {
  return `OCG-${project}-${sha256Hex(subject(project, operation)).slice(0, 16)}`
}

function subject(project: string, operation: Operation): string {
  if ('entity' in operation) return `${project}-${operation.kind}-${operation.entity}`
  // The field's name says triggerTask and taskResult already.
  return `${project}-${operation.parent.toLowerCase()}-${operation.field}`
}
