import { analyze } from '../../../src/adapters/embedded/dialect/translate.js'
import { type Case, type Family, readFamilies, writeFamily } from '../../dialect/cases.js'
import { sameRows } from '../../dialect/compareAnswers.js'
import { openEngine } from '../../dialect/engine.js'
import { failsByName, judge } from '../../dialect/judge.js'
import { fillMusicShop, MUSIC_SHOP } from '../../dialect/musicShop.js'
import { loadMusicShop } from './loadMusicShop.js'
import { startTrino } from './startTrino.js'
import { askTrino } from './trinoClient.js'

/** Statements that are with Trino at a time. */
const AT_ONCE = 3

const write = process.argv.includes('--write')
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const families = readFamilies().filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const trino = await startTrino()
const engine = await openEngine()
let differ = 0
try {
  await Promise.all([loadMusicShop(trino.url), fillMusicShop(engine)])
  const lines: (string | number)[][] = [['family', 'cases', 'pass', 'refused', 'differ']]
  for (const family of families) lines.push(await run(family))
  const total = [1, 2, 3, 4].map((at) => lines.slice(1).reduce((sum, line) => sum + Number(line[at]), 0))
  for (const line of [...lines, ['all', ...total]]) {
    process.stdout.write(
      `${line.map((cell, at) => (at === 0 ? `${cell}`.padEnd(14) : `${cell}`.padStart(8))).join('')}\n`,
    )
  }
} finally {
  engine.close()
  await trino.stop()
}
process.exitCode = differ > 0 ? 1 : 0

/** Asks Trino and the embedded engine; prints what differs between them, or from what is recorded. */
async function run({ name, cases }: Family): Promise<(string | number)[]> {
  const asked = await askAll(cases)
  const counts = { pass: 0, refused: 0, differ: 0 }
  for (const [at, one] of asked.entries()) {
    const recorded = cases[at] as Case
    const verdict = await judge(one, engine, MUSIC_SHOP)
    const stale = !write && !sameAnswer(recorded, one)
    if (stale)
      report(one.sql, `Trino answers ${JSON.stringify(one)}, recorded is ${JSON.stringify(recorded)}`)
    if (verdict.kind === 'differ') report(verdict.sql, verdict.why)
    counts[stale ? 'differ' : verdict.kind] += 1
  }
  if (write) writeFamily({ name, cases: asked })
  differ += counts.differ
  return [name, cases.length, counts.pass, counts.refused, counts.differ]
}

function report(sql: string, why: string): void {
  process.stdout.write(`DIFFERS ${sql}\n        ${why}\n`)
}

async function askAll(cases: readonly Case[]): Promise<Case[]> {
  const answers: Case[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < cases.length; at = next++) answers[at] = await ask(cases[at] as Case)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

async function ask(recorded: Case): Promise<Case> {
  const { sql } = recorded
  const answer = await askTrino(trino.url, sql)
  if ('error' in answer) return { sql, error: answer.error }
  const { types } = answer
  // What was recorded stays where nothing but the order of unordered rows changed.
  const rows = recorded.rows && sameRows(sql, recorded.rows, answer.rows) ? recorded.rows : answer.rows
  const refused = write ? await refusal(sql) : recorded.refused
  return { sql, types, rows, ...(refused && { refused }) }
}

async function refusal(sql: string): Promise<Case['refused']> {
  try {
    analyze(sql, MUSIC_SHOP)
  } catch {
    return true
  }
  const outcome = await engine.run(sql, MUSIC_SHOP).catch((error: unknown) => error)
  return failsByName(outcome) ? 'whenRun' : undefined
}

function sameAnswer(recorded: Case, asked: Case): boolean {
  if (recorded.error !== asked.error) return false
  if (!recorded.rows || !asked.rows) return recorded.rows === asked.rows
  return (
    JSON.stringify(recorded.types) === JSON.stringify(asked.types) &&
    sameRows(asked.sql, recorded.rows, asked.rows)
  )
}
