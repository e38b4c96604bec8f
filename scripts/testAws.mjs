// Runs the AWS suite: `npm run test:aws`, or some of it: `npm run test:aws -- scenarios`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { JAVA, JAVAC, PYTHON, requireTools } from './requireTools.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireTools('The AWS suite', [JAVA, JAVAC, PYTHON])

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const result = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.aws.config.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
process.exit(result.status ?? 1)
