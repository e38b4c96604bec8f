import { fileURLToPath } from 'node:url'
import type { Aim, Bench, Measure } from '../frame/measure.js'
import { CAN_PIN, cpuSeconds, start } from '../frame/processes.js'
import { rounds } from '../frame/rounds.js'
import { ratiosOf, spreadOf } from '../frame/spread.js'
import type { LoadOrder, LoadOutcome } from './loadClient.js'
import { bodiesOf, PAGE_STARTS } from './pageStarts.js'
import { installPeers } from './peers.js'
import { postgresMissing } from './postgres.js'
import { type Server, startMercurius, startOurs, startPostgraphile } from './servers.js'
import { type Workload, workloads } from './workloads.js'

const CLIENT = fileURLToPath(new URL('./loadClient.ts', import.meta.url))
const SERVER_CORE = 0
const CLIENT_CORE = 1
const CONNECTIONS = 32
const LEAST_OF_CEILING = 0.8
const LEAST_READS = 4
const LEAST_WRITES = 3

/** Numbers of requests already used, for each server and workload: what is created must be new each time. */
const used = new Map<string, number>()

export const bench: Bench = {
  number: 5,
  name: 'api',
  title: `The API, ${CONNECTIONS} connections, each server with its database on one core`,
  ratio: 'ours ÷ peer',
  async run({ quick, tell }) {
    const tracks = quick ? 2000 : 100_000
    const [count, seconds] = quick ? [3, 1] : [7, 4]
    const notes = [
      ...(CAN_PIN
        ? []
        : ['Servers and client shared all cores: there is no taskset here, or only one core.']),
    ]
    notes.push(
      `Lists start at ${PAGE_STARTS} places of the table in turn. Ours reads and parses the stored rows each time; PostgreSQL has them in its buffers, Mercurius has them as objects.`,
    )
    const missing = installPeers(tell)
    if (missing) notes.push(missing)
    const noPostgres = postgresMissing()
    if (noPostgres) notes.push(noPostgres)
    const servers: Server[] = []
    try {
      servers.push(await startOurs(tracks, SERVER_CORE))
      if (!missing) servers.push(await startMercurius(tracks, SERVER_CORE))
      if (!missing && !noPostgres) servers.push(await startPostgraphile(tracks, SERVER_CORE))
      const measures: Measure[] = []
      for (const workload of workloads(tracks)) {
        tell(workload.name)
        measures.push(...(await measure(workload, servers, tracks, count, seconds)))
      }
      return { measures, notes }
    } finally {
      for (const server of servers) await server.stop()
    }
  },
}

interface Sample extends LoadOutcome {
  /** Time of the server's core for one request, in microseconds. */
  readonly cpu: number
}

async function measure(
  workload: Workload,
  servers: readonly Server[],
  tracks: number,
  count: number,
  seconds: number,
): Promise<Measure[]> {
  const taking = servers.filter(({ dialect }) => workload.body(dialect) !== undefined)
  const bodies = new Map<string, readonly string[]>()
  for (const server of taking) bodies.set(server.dialect, await bodiesOf(workload, server, tracks))
  const samples = new Map<string, Sample[]>(taking.map(({ dialect }) => [dialect, []]))
  const sides = Object.fromEntries(
    taking.map((server) => [
      server.dialect,
      async () => {
        const sample = await load(workload, server, bodies.get(server.dialect) ?? [], seconds)
        samples.get(server.dialect)?.push(sample)
        return sample.rate
      },
    ]),
  )
  const rates = await rounds(count, sides)
  const of = (dialect: string, what: keyof Sample) =>
    (samples.get(dialect) ?? []).slice(-count).map((sample) => sample[what] as number)
  const ours = rates.ours as readonly number[]
  const peers = taking.filter(({ dialect }) => dialect !== 'ours')
  const lines = peers.flatMap(({ dialect }): Measure[] => {
    const ratio = ratiosOf(ours, rates[dialect] as readonly number[])
    const peer = (values: readonly number[]) => ({ name: dialect, value: spreadOf(values) })
    return [
      {
        group: workload.name,
        name: 'throughput',
        unit: 'requests/s',
        ours: spreadOf(ours),
        peer: peer(rates[dialect] as readonly number[]),
        ratio,
        aim: aimOf(dialect, workload.writes, ratio.median),
      },
      {
        group: workload.name,
        name: 'processor time of the server',
        unit: 'µs a request',
        ours: spreadOf(of('ours', 'cpu')),
        peer: peer(of(dialect, 'cpu')),
        ratio: ratiosOf(of('ours', 'cpu'), of(dialect, 'cpu')),
      },
      {
        group: workload.name,
        name: 'latency, 99th percentile',
        unit: 'ms',
        ours: spreadOf(of('ours', 'p99')),
        peer: peer(of(dialect, 'p99')),
        ratio: ratiosOf(of('ours', 'p99'), of(dialect, 'p99')),
      },
    ]
  })
  if (lines.length > 0) return lines
  return [{ group: workload.name, name: 'throughput', unit: 'requests/s', ours: spreadOf(ours) }]
}

function aimOf(dialect: string, writes: boolean, ratio: number): Aim {
  const least = dialect === 'mercurius' ? LEAST_OF_CEILING : writes ? LEAST_WRITES : LEAST_READS
  return { text: `at least ${least}`, met: ratio >= least }
}

async function load(
  workload: Workload,
  server: Server,
  bodies: readonly string[],
  seconds: number,
): Promise<Sample> {
  const key = `${server.dialect} ${workload.name}`
  const from = used.get(key) ?? 0
  const order: LoadOrder = {
    port: server.port,
    headers: server.headers,
    bodies,
    numbers: workload.numbers,
    from,
    connections: CONNECTIONS,
    seconds,
    warmUpSeconds: seconds / 4,
  }
  const spent = () => server.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const before = spent()
  const client = start(process.execPath, ['--import', 'tsx', CLIENT, JSON.stringify(order)], {
    core: CLIENT_CORE,
  })
  const [text] = await client.waitFor(/^\{.*\}$/m, (seconds + 60) * 1000)
  const outcome = JSON.parse(text) as LoadOutcome
  if (outcome.failed !== undefined || outcome.answers === 0) {
    throw new Error(`${key} failed: ${outcome.failed ?? 'there was no answer'}`)
  }
  used.set(key, from + outcome.sent)
  return { ...outcome, cpu: ((spent() - before) / outcome.sent) * 1e6 }
}
