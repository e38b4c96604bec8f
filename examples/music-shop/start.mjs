// `npm start`: the music shop with all its data. The first run imports the rows, later ones find them there.
// Everything goes through the command line, as it would in a project of your own.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const FIRST_PORT = 4000
const PORTS_TRIED = 50

/** Tables whose rows refer to others' in relations come last: a relation needs its entities. */
const LAST = ['playlist_track']

const root = new URL('../../', import.meta.url)
const cli = fileURLToPath(new URL('dist/cli/main.js', root))
const rows = new URL('data/', import.meta.url)
const data = fileURLToPath(new URL('.ocg/music-shop', root))
/** Beside the data folder: says that the import went through to its end. */
const imported = `${data}.imported`
const project = [
  '-n',
  'music-shop',
  '-f',
  fileURLToPath(new URL('schema.graphql', import.meta.url)),
  '--data',
  data,
]

if (!existsSync(cli)) fail('The project is not built. Run npm ci, or npm run build.')
if (!existsSync(data) || !existsSync(imported)) await importRows()
await serve(await freePort())

async function importRows() {
  rmSync(imported, { force: true })
  say('Importing the music shop: this happens once.')
  const tables = readdirSync(rows)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.slice(0, -'.jsonl'.length))
    .sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b))
  const files = tables.map((table) => fileURLToPath(new URL(`${table}.jsonl`, rows)))
  const child = spawn(process.execPath, [cli, 'import', ...project, ...files], {
    stdio: 'inherit',
    cwd: root,
  })
  const code = await exitOf(child)
  if (code !== 0) fail('The import did not end well. Run npm start again: it goes on where it stopped.', code)
  writeFileSync(imported, '')
}

/** The first free port from 4000 on. */
async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    if (!(await isFree(port))) continue
    if (port !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken, so this is port ${port}.`)
    return port
  }
  return 0
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}

async function serve(port) {
  const args = [cli, 'dev', ...project, '--port', String(port), '--json']
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'], cwd: root })
  // Ctrl-C reaches the server too, which says goodbye; this process waits for it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { event, url } = JSON.parse(line)
    if (event === 'ready') void introduce(new URL(url).origin)
  })
  process.exitCode = await exitOf(child)
}

/** Prints where the shop is, and three queries with the answers that it has just given to them. */
async function introduce(url) {
  say('', 'The music shop is open.', '', `  GraphiQL  ${url}/`, `  API       ${url}/graphql`)
  const queries = [
    [
      'An artist, and the first records of the list',
      '{ readArtist(id: "90") { name } listAlbums(limit: 2) { items { title } } }',
    ],
    ['What the shop earned in each year', '{ revenueByPeriod(period: YEAR) { starts invoices revenue } }'],
    ['Songs whose name has a word in it', '{ searchTracks(name: "midnight", limit: 3) { name artist } }'],
  ]
  for (const [title, query] of queries) {
    const body = JSON.stringify({ query })
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    say('', `${title}:`, `  curl -s ${url}/graphql -H 'content-type: application/json' -d '${body}'`)
    say(`  ${await response.text()}`)
  }
  say('', 'Ctrl-C closes the shop. Its data stay in .ocg/music-shop.')
}

function exitOf(child) {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}

function fail(message, code = 2) {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}
