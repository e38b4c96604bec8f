import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Json } from '../../src/model/json.js'

/**
 * One question and what Trino 435 itself answers: types and rows, or the name of its error. Where Trino has an answer
 * and the embedded engine refuses the statement by name, `refused` is true; `whenRun` where it can tell from the values only.
 */
export interface Case {
  readonly sql: string
  readonly types?: readonly string[]
  readonly rows?: readonly Json[][]
  readonly error?: string
  readonly refused?: true | 'whenRun'
}

/** The cases of one file: a family of functions or clauses. */
export interface Family {
  readonly name: string
  readonly cases: readonly Case[]
}

const FOLDER = new URL('../fixtures/trino/', import.meta.url)

export function readFamilies(): Family[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.jsonl'.length),
      cases: readFileSync(new URL(file, FOLDER), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Case),
    }))
}

export function writeFamily(family: Family): void {
  const lines = family.cases.map((one) => `${JSON.stringify(one)}\n`)
  writeFileSync(new URL(`${family.name}.jsonl`, FOLDER), lines.join(''))
}
