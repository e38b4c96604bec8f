// Publishes the music shop and reads its Parquet lake with pyarrow and with Python's DuckDB: `npm run test:published`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const python = spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' })
if (python.status !== 0) {
  process.stderr.write('This suite needs Python 3 with venv (Debian: apt install python3-venv).\n')
  process.exit(2)
}

const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const result = spawnSync(process.execPath, [tsx, 'test/extra/published/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
