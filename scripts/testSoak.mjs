// Ten minutes of writes, queries, kills and restarts at random, then every row compared: `npm run test:soak`.
// `-- --minutes 2` makes it shorter, `-- --seed N` repeats its choices. `-- disk` fills a disk instead, which takes root.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

if (process.platform !== 'linux') {
  process.stderr.write('This suite reads memory and open files from /proc, which only Linux has.\n')
  process.exit(2)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const [first, ...rest] = process.argv.slice(2)
const [program, args] = first === 'disk' ? ['fullDisk.ts', rest] : ['soak.ts', process.argv.slice(2)]
const result = spawnSync(process.execPath, [tsx, `test/extra/soak/${program}`, ...args], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
