import { writeFileSync } from 'node:fs'
import { planFunctions } from '../../../src/deploy/plan/planFunctions.js'
import { DEFAULT_FUNCTION_SETTINGS } from '../../../src/model/functions.js'
import type { DeployedHost } from '../host/deployed.js'

interface KindCalls {
  invocations: number
  readonly calls: Record<string, number>
}

const FILE = new URL('../../../bench/results/awsCalls.json', import.meta.url)

/** Calls of each kind of function so far: those of its own code, and those that AWS makes with its rights. */
export function callsByKind(host: DeployedHost): Readonly<Record<string, KindCalls>> {
  const kindOf = new Map(
    planFunctions(host.project, DEFAULT_FUNCTION_SETTINGS).map(({ name, kind }) => [name, kind]),
  )
  const kinds: Record<string, KindCalls> = {}
  for (const [name, count] of host.functions.invocations) {
    const entry = kinds[kindOf.get(name) ?? name] ?? { invocations: 0, calls: {} }
    entry.invocations += count
    kinds[kindOf.get(name) ?? name] = entry
  }
  for (const { accessKeyId, action } of host.calls) {
    const name = host.functionOf.get(accessKeyId)?.name ?? ''
    const entry = kinds[kindOf.get(name) ?? name]
    if (entry) entry.calls[action] = (entry.calls[action] ?? 0) + 1
  }
  return kinds
}

/** Writes the calls down for `bench/scale`. */
export function recordCalls(host: DeployedHost, source: string): void {
  writeFileSync(FILE, `${JSON.stringify({ source, kinds: callsByKind(host) }, null, 2)}\n`)
}
