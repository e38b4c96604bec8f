// Runs the AWS suite: `npm run test:aws`, or some of it: `npm run test:aws -- scenarios`.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the suite's servers and validators run on, and where a machine gets it. */
const NEEDED = [
  {
    command: 'java',
    args: ['--version'],
    pattern: /^\S+ (\d+)/,
    least: 17,
    name: 'a Java 17 JDK',
    hint: 'Debian: apt install openjdk-17-jdk-headless',
  },
  {
    command: 'javac',
    args: ['--version'],
    pattern: /^javac (\d+)/,
    least: 17,
    name: 'a Java 17 JDK',
    hint: 'Debian: apt install openjdk-17-jdk-headless',
  },
  {
    command: 'python3',
    args: ['-c', 'import venv, sys; print("Python", sys.version_info.minor)'],
    pattern: /^Python (\d+)/,
    least: 9,
    name: 'Python 3.9 with venv',
    hint: 'Debian: apt install python3 python3-venv',
  },
]

const missing = NEEDED.flatMap(({ command, args, pattern, least, name, hint }) => {
  try {
    const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return Number(pattern.exec(output)?.[1]) >= least ? [] : [`${name} (${hint})`]
  } catch {
    return [`${name} (${hint})`]
  }
})
if (missing.length > 0) {
  process.stderr.write(
    `The AWS suite needs what this machine has not:\n${[...new Set(missing)].map((one) => `  ${one}\n`).join('')}`,
  )
  process.exit(2)
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const result = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.aws.config.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
process.exit(result.status ?? 1)
