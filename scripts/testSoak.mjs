// Ten minutes of writes, queries, kills and restarts at random, then every row compared: `npm run test:soak`.
// `-- --minutes 2` makes it shorter, `-- --seed N` repeats its choices. `-- disk` fills a disk instead, which takes root;
// `-- eio` lets a disk fail for a while, which takes a C compiler.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CC, requireTools } from './requireTools.mjs'

if (process.platform !== 'linux') {
  process.stderr.write('This suite reads memory and open files from /proc, which only Linux has.\n')
  process.exit(2)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const [first, ...rest] = process.argv.slice(2)
const PROGRAMS = { disk: 'fullDisk.ts', eio: 'failingDisk.ts' }
const [program, args] = PROGRAMS[first] ? [PROGRAMS[first], rest] : ['soak.ts', process.argv.slice(2)]
if (first === 'eio') requireTools('The failing disk', [CC])
const result = spawnSync(process.execPath, [tsx, `test/extra/soak/${program}`, ...args], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
