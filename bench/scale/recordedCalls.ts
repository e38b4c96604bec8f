import { readFileSync } from 'node:fs'
import type { FunctionKind } from '../../src/model/functions.js'

/** Calls of the end-to-end run by kind of function: what one invocation makes of each, on average. */
export type RecordedCalls = Readonly<Partial<Record<FunctionKind, Readonly<Record<string, number>>>>>

interface CallsFile {
  readonly source?: string
  readonly kinds: Readonly<
    Partial<
      Record<FunctionKind, { readonly invocations: number; readonly calls: Readonly<Record<string, number>> }>
    >
  >
}

const FILE = new URL('../results/awsCalls.json', import.meta.url)

/**
 * A call by which operations are counted that did their work, and how often each makes it. Many requests of the tests
 * are refused before they call anything, or find a relation that is there, so that invocations would be too many.
 */
const COUNTED_BY: Readonly<Partial<Record<FunctionKind, readonly [action: string, times: number]>>> = {
  create: ['dynamodb:PutItem', 1],
  read: ['dynamodb:GetItem', 1],
  update: ['dynamodb:UpdateItem', 1],
  delete: ['dynamodb:DeleteItem', 1],
  // Its data and two sides.
  insertRelation: ['dynamodb:PutItem', 3],
  syncQuery: ['athena:StartQueryExecution', 1],
  triggerTask: ['athena:StartQueryExecution', 1],
}

/** Reads `bench/results/awsCalls.json`: calls of one operation that did its work. */
export function readCalls(): { readonly source: string; readonly calls: RecordedCalls } {
  const { source = 'recorded by the end-to-end run', kinds } = JSON.parse(
    readFileSync(FILE, 'utf8'),
  ) as CallsFile
  const calls = Object.entries(kinds).map(([kind, { invocations, calls: counts }]) => {
    const [action, times] = COUNTED_BY[kind as FunctionKind] ?? ['', 1]
    const operations = (counts[action] ?? 0) / times || Math.max(1, invocations)
    const each = Object.entries(counts).map(([action, count]) => [action, count / operations])
    return [kind, Object.fromEntries(each)]
  })
  return { source, calls: Object.fromEntries(calls) as RecordedCalls }
}

/** Calls of an action that one invocation of a kind makes. */
export function callsOf(calls: RecordedCalls, kind: FunctionKind, action: string): number {
  return calls[kind]?.[action] ?? 0
}
