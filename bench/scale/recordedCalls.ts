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

/** Reads `bench/results/awsCalls.json`. */
export function readCalls(): { readonly source: string; readonly calls: RecordedCalls } {
  const { source = 'recorded by the end-to-end run', kinds } = JSON.parse(
    readFileSync(FILE, 'utf8'),
  ) as CallsFile
  const calls = Object.entries(kinds).map(([kind, { invocations, calls: counts }]) => {
    const each = Object.entries(counts).map(([action, count]) => [action, count / Math.max(1, invocations)])
    return [kind, Object.fromEntries(each)]
  })
  return { source, calls: Object.fromEntries(calls) as RecordedCalls }
}

/** Calls of an action that one invocation of a kind makes. */
export function callsOf(calls: RecordedCalls, kind: FunctionKind, action: string): number {
  return calls[kind]?.[action] ?? 0
}
