// `npm start`: the music shop with all its data. The first run imports the rows, later ones find them there.
// Everything goes through the command line, as it would in a project of your own.
//
//   npm start -- [--port 4000] [--data .ocg/music-shop]
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const FIRST_PORT = 4000
const PORTS_TRIED = 50

const QUERIES = [
  [
    'An artist by id, and the first albums',
    '{ readArtist(id: "90") { name } listAlbums(limit: 2) { items { title } } }',
  ],
  ['What the shop earned in each year', '{ revenueByPeriod(period: YEAR) { starts invoices revenue } }'],
  ['Songs whose name has a word in it', '{ searchTracks(name: "midnight", limit: 3) { name artist } }'],
]

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const schema = fileURLToPath(new URL('schema.graphql', import.meta.url))
const rows = fileURLToPath(new URL('data', import.meta.url))

const { values: options } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })
const data = resolve(root, options.data ?? '.ocg/music-shop')
/** Beside the data folder: says that the import went through to its end. */
const imported = `${data}.imported`
const project = ['-n', 'music-shop', '-f', schema, '--data', data]

if (!existsSync(cli)) fail('The project is not built. Run npm ci, or npm run build.')
if (!existsSync(data) || !existsSync(imported)) await importRows()
await serve(options.port ?? (await freePort()))

async function importRows() {
  rmSync(imported, { force: true })
  say(`Importing the music shop into ${relative(root, data)}. This happens once.`)
  const files = readdirSync(rows).filter((file) => file.endsWith('.jsonl'))
  const paths = files.map((file) => relative(root, resolve(rows, file)))
  const code = await exitOf(
    spawn(process.execPath, [cli, 'import', ...project, ...paths], { stdio: 'inherit', cwd: root }),
  )
  if (code !== 0)
    fail('The import did not end well. Run npm start again: rows that are there stay as they are.', code)
  writeFileSync(imported, '')
}

/** The first free port from 4000 on. */
async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    if (!(await isFree(port))) continue
    if (port !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken: the shop takes port ${port}.`)
    return String(port)
  }
  return fail(`The ports from ${FIRST_PORT} on are taken. Choose another one: npm start -- --port 5000`)
}

function isFree(port) {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', () => settle(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => settle(true)))
  })
}

async function serve(port) {
  const child = spawn(process.execPath, [cli, 'dev', ...project, '--port', port], {
    stdio: 'inherit',
    cwd: root,
  })
  // Ctrl-C reaches the server too, which ends by itself; this process waits for it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const ended = exitOf(child)
  const url = `http://127.0.0.1:${port}`
  if (await Promise.race([answers(url), ended.then(() => false)])) await introduce(`${url}/graphql`)
  process.exitCode = await ended
}

/** Waits until the server answers. */
async function answers(url) {
  for (;;) {
    const response = await fetch(`${url}/health`).catch(() => undefined)
    if (response?.ok) return true
    await new Promise((settle) => setTimeout(settle, 50))
  }
}

/** Prints three queries, each with the answer that it has just been given. */
async function introduce(endpoint) {
  say('', 'Three queries to try, with their answers:')
  for (const [title, query] of QUERIES) {
    const body = JSON.stringify({ query })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(endpoint, { method: 'POST', headers, body })
    say(
      '',
      `# ${title}`,
      `curl -s ${endpoint} -H 'content-type: application/json' -d '${body}'`,
      await response.text(),
    )
  }
}

function exitOf(child) {
  return new Promise((settle) => child.once('exit', (code) => settle(code ?? 1)))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}

function fail(message, code = 2) {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}
