import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * Numbers of nested stacks. Part of what is deployed: with another number nearly everything would move, which
 * CloudFormation can't do to a resource that has a name. A stack holds 500 resources: 21 for an entity, up to 9 for a
 * statement. As names fall, the first stack is full at some 750 entities or 1,300 statements.
 */
const GROUPS = { entities: 64, statements: 32 } as const

export type GroupKind = keyof typeof GROUPS

/** Name of the nested stack of an entity or a statement. It depends on the name alone: a new type never moves another. */
export function groupOf(kind: GroupKind, name: string): string {
  const [high, low] = sha256(utf8ToBytes(name)) as unknown as [number, number]
  const index = (high * 256 + low) % GROUPS[kind]
  return `${kind === 'entities' ? 'Entities' : 'Statements'}${String(index).padStart(2, '0')}`
}
