// Builds `dist`: the compiled package, the pages that it serves, and the functions that it deploys.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755)
if (existsSync(new URL('./buildGraphiql.mjs', import.meta.url))) run('scripts/buildGraphiql.mjs')
run('scripts/buildLambdas.mjs')
