// Runs the conformance suite on a real Trino and on the embedded engine: `npm run test:trino`. `-- --write` records
// what Trino answers.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const missing = [
  ['javac', /^javac (\d+)/, 17, 'a Java 17 JDK (Debian: apt install openjdk-17-jdk-headless)'],
  ['mvn', /Apache Maven (\d+)/, 3, 'Maven 3 (Debian: apt install maven)'],
].flatMap(([command, pattern, least, name]) => {
  try {
    const output = execFileSync(command, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number(pattern.exec(output)?.[1]) >= least ? [] : [name]
  } catch {
    return [name]
  }
})
if (missing.length > 0) {
  process.stderr.write(
    `The Trino suite needs what this machine has not:\n${missing.map((one) => `  ${one}\n`).join('')}`,
  )
  process.exit(2)
}

const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const result = spawnSync(process.execPath, [tsx, 'test/extra/trino/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
