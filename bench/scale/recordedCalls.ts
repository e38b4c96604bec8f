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
 * The call that each kind makes first, once. Many requests of the tests are refused before it, so that invocations would
 * be too many to divide by.
 */
const FIRST_CALLS: Readonly<Partial<Record<FunctionKind, string>>> = {
  create: 'dynamodb:PutItem',
  read: 'dynamodb:GetItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  insertRelation: 'dynamodb:BatchGetItem',
  syncQuery: 'athena:StartQueryExecution',
  triggerTask: 'athena:StartQueryExecution',
  taskResult: 'dynamodb:GetItem',
}

/** Reads `bench/results/awsCalls.json`: calls of one operation that was not refused. */
export function readCalls(): { readonly source: string; readonly calls: RecordedCalls } {
  const { source = 'recorded by the end-to-end run', kinds } = JSON.parse(
    readFileSync(FILE, 'utf8'),
  ) as CallsFile
  const calls = Object.entries(kinds).map(([kind, { invocations, calls: counts }]) => {
    const first = FIRST_CALLS[kind as FunctionKind]
    const operations = (first && counts[first]) || Math.max(1, invocations)
    const each = Object.entries(counts).map(([action, count]) => [action, count / operations])
    return [kind, Object.fromEntries(each)]
  })
  return { source, calls: Object.fromEntries(calls) as RecordedCalls }
}

/** Calls of an action that one invocation of a kind makes. */
export function callsOf(calls: RecordedCalls, kind: FunctionKind, action: string): number {
  return calls[kind]?.[action] ?? 0
}
