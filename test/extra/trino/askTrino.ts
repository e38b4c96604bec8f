import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const answersFile = fileURLToPath(new URL('../../fixtures/trino/answers.jsonl', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'ocg-trino-'))

try {
  const recorded = lines(answersFile).map((line) => JSON.parse(line) as [sql: string, rows: unknown])
  const asked = ask(recorded.map(([sql]) => sql))
  const changed = recorded.flatMap(([sql, rows], at) =>
    same(sql, rows, asked[at]) ? [] : [{ sql, rows, trino: asked[at] }],
  )
  for (const one of changed) process.stdout.write(`${JSON.stringify(one)}\n`)
  process.stdout.write(`${recorded.length - changed.length} of ${recorded.length} answers are Trino's.\n`)
  if (process.argv.includes('--write')) {
    const kept = recorded.map(([sql, rows], at) =>
      JSON.stringify([sql, same(sql, rows, asked[at]) ? rows : asked[at]]),
    )
    writeFileSync(answersFile, `${kept.join('\n')}\n`)
  } else if (changed.length > 0) process.exitCode = 1
} finally {
  rmSync(work, { recursive: true })
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

function ask(questions: readonly string[]): unknown[] {
  const libraries = join(work, 'lib')
  const maven = ['-q', '-B', '-f', join(here, 'pom.xml'), `-DoutputDirectory=${libraries}`]
  execFileSync('mvn', [...maven, 'dependency:copy-dependencies'], { stdio: 'inherit' })
  const path = `${join(work, 'classes')}:${libraries}/*`
  execFileSync('javac', ['-cp', path, '-d', join(work, 'classes'), join(here, 'src/main/java/Oracle.java')])
  const [asked, answered] = [join(work, 'questions'), join(work, 'answers')]
  writeFileSync(asked, questions.map((sql) => `${sql.replaceAll('\n', '\\n')}\n`).join(''))
  const open = ['--add-opens=java.base/java.nio=ALL-UNNAMED']
  execFileSync('java', [...open, '-cp', path, 'Oracle', asked, answered], { stdio: 'ignore' })
  return lines(answered).map((line) => JSON.parse(line) as unknown)
}

/** Rows without an order are the same in any; random ones are not asked for. */
function same(sql: string, recorded: unknown, asked: unknown): boolean {
  const inOrder = (rows: unknown) =>
    Array.isArray(rows) && !/order by/i.test(sql) ? rows.map((row) => JSON.stringify(row)).sort() : rows
  return isDeepStrictEqual(inOrder(recorded), inOrder(asked))
}
