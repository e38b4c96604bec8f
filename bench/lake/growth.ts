import { buildPackage } from '../frame/builtPackage.js'
import type { Measure } from '../frame/measure.js'
import { family, memoryMb, start } from '../frame/processes.js'
import { exactly, type Spread, spreadOf } from '../frame/spread.js'

const API_KEY = 'key-of-the-benchmark'
const FIELDS = 'id listener track country seconds price createdAt updatedAt'

/** What one size costs: a server is started on the folder, asked, and looked at. */
export async function measureSize(
  folder: string,
  rows: number,
  added: { readonly rows: number; readonly ms: number },
  count: number,
): Promise<Measure[]> {
  const ocg = (await buildPackage()).at('cli/main.js')
  const began = performance.now()
  const args = [
    'serve',
    '-n',
    'bench',
    '--data',
    'data',
    '--port',
    '0',
    '--api-key',
    API_KEY,
    '--log-level',
    'warn',
  ]
  const server = start(process.execPath, [ocg, ...args, '--json'], { cwd: folder })
  try {
    const [, url] = await server.waitFor(/"url":"([^"]+)"/)
    const ready = performance.now() - began
    const ask = (query: string, variables?: object) => request(`${url}/graphql`, query, variables)
    const row = () => `play-${Math.floor(Math.random() * rows)}`
    const some = async (times: number, work: () => Promise<unknown>): Promise<Spread> => {
      const values: number[] = []
      for (let index = 0; index < times; index++) {
        const start = performance.now()
        await work()
        values.push(performance.now() - start)
      }
      // The first calls warm up.
      return spreadOf(values.slice(Math.floor(times / 10)))
    }
    const times = {
      'read by id': await some(count, () =>
        ask(`query R($id: ID!) { readPlay(id: $id) { ${FIELDS} } }`, { id: row() }),
      ),
      'list 20': await some(count, () => ask(`{ listPlays(limit: 20) { items { ${FIELDS} } nextToken } }`)),
      'create, durable': await some(count, () =>
        ask(
          'mutation { createPlay(input: { listener: "l", track: "t", country: "XX", seconds: 1 }) { id } }',
        ),
      ),
      'SQL over all rows': await some(Math.max(10, count / 10), () =>
        ask('{ playsByCountry { country plays } }'),
      ),
    }
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const host = memoryMb(server.pid)
    const sql = family(server.pid)
      .filter((pid) => pid !== server.pid)
      .map((pid) => memoryMb(pid).own)
    const line = (name: string, unit: string, ours: Spread): Measure => ({
      group: name,
      name: labelOf(rows),
      unit,
      ours,
    })
    return [
      line('import', 'rows/s', exactly((added.rows / added.ms) * 1000)),
      line('start of ocg serve', 'ms', exactly(ready)),
      ...Object.entries(times).map(([name, spread]) => line(name, 'ms', spread)),
      line('memory of the server', 'MB', exactly(host.own)),
      line('pages of the store in memory', 'MB', exactly(host.files)),
      line('memory of the SQL process', 'MB', exactly(sql.reduce((sum, one) => sum + one, 0))),
    ]
  } finally {
    await server.stop()
  }
}

/** `1,000,000 rows` */
export function labelOf(rows: number): string {
  return `${rows.toLocaleString('en-US')} rows`
}

async function request(url: string, query: string, variables?: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
    body: JSON.stringify({ query, variables }),
  })
  const text = await response.text()
  if (response.status !== 200 || text.includes('"errors"')) throw new Error(`${response.status}: ${text}`)
}
