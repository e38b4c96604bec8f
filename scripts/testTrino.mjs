// Runs the conformance suite on a real Trino and on the embedded engine: `npm run test:trino`. `-- --write` records
// what Trino answers.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { JAVAC, MAVEN, requireTools } from './requireTools.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireTools('The Trino suite', [JAVAC, MAVEN])

const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const result = spawnSync(process.execPath, [tsx, 'test/extra/trino/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
