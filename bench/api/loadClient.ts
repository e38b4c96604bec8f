/**
 * The load of the API benchmark, a process of its own: sends what `LoadOrder` says over kept connections, one request
 * under way on each, and prints what came back as JSON. Written on sockets so that it takes little of its core: what a
 * comparison of two servers measures must not be the client.
 */
import { connect, type Socket } from 'node:net'

export interface LoadOrder {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON texts that take turns, in which each `#######` stands for a number of seven digits. */
  readonly bodies: readonly string[]
  /** How the numbers follow from the request's own: one for each place, in their order. */
  readonly numbers: readonly { readonly divide: number; readonly times: number; readonly modulo: number }[]
  /** Number of the first request. */
  readonly from: number
  readonly connections: number
  readonly seconds: number
  /** Not counted, before those. */
  readonly warmUpSeconds: number
}

export interface LoadOutcome {
  /** Answers counted, a second. */
  readonly rate: number
  readonly answers: number
  /** Requests sent in all. */
  readonly sent: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Share of its core that the client was busy. */
  readonly busy: number
  readonly failed?: string
}

const PLACE = '#######'
const order = JSON.parse(process.argv[2] ?? '') as LoadOrder
const templates = order.bodies.map(requestOf)

let sent = order.from
let counting = false
let answers = 0
let failed: string | undefined
const latencies: number[] = []
const sockets = await Promise.all(Array.from({ length: order.connections }, () => open()))
for (const socket of sockets) run(socket)
await sleep(order.warmUpSeconds * 1000)
const [start, used] = [performance.now(), process.cpuUsage()]
counting = true
await sleep(order.seconds * 1000)
const took = performance.now() - start
const { user, system } = process.cpuUsage(used)
latencies.sort((a, b) => a - b)
const at = (part: number) => latencies[Math.floor((latencies.length - 1) * part)] ?? 0
const outcome: LoadOutcome = {
  rate: (answers / took) * 1000,
  answers,
  sent: sent - order.from,
  p50: at(0.5),
  p99: at(0.99),
  busy: (user + system) / 1000 / took,
  ...(failed !== undefined && { failed }),
}
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))

function run(socket: Socket): void {
  const requests = templates.map(({ bytes, places }) => ({ bytes: Buffer.from(bytes), places }))
  let began = 0
  let received: Buffer | undefined
  const next = () => {
    const number = sent++
    const { bytes: request, places } = requests[number % requests.length] as (typeof requests)[number]
    for (const { at: place, divide, times, modulo } of places) {
      let rest = (Math.floor(number / divide) * times) % modulo
      for (let digit = PLACE.length - 1; digit >= 0; digit--) {
        request[place + digit] = 48 + (rest % 10)
        rest = Math.floor(rest / 10)
      }
    }
    began = performance.now()
    socket.write(request)
  }
  socket.on('data', (chunk: Buffer) => {
    received = received ? Buffer.concat([received, chunk]) : chunk
    const body = wholeBody(received)
    if (body === undefined) return
    const head = received.toString('latin1', 9, 12)
    if (failed === undefined && (head !== '200' || body.includes('"errors"')))
      failed = received.toString('utf8')
    received = undefined
    if (counting) {
      answers += 1
      latencies.push(performance.now() - began)
    }
    next()
  })
  next()
}

/** The body once it is all there; headers as these servers send them. */
function wholeBody(received: Buffer): Buffer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.toString('latin1', 0, end).toLowerCase()
  const length = /\r\ncontent-length: *(\d+)/.exec(head)
  const body = received.subarray(end + 4)
  if (length) return body.length >= Number(length[1]) ? body : undefined
  return body.toString('latin1', Math.max(0, body.length - 5)) === '0\r\n\r\n' ? body : undefined
}

/** The bytes of a request, and where its numbers are. */
function requestOf(body: string) {
  const bytes = Buffer.from(
    [
      'POST /graphql HTTP/1.1',
      `host: 127.0.0.1:${order.port}`,
      'content-type: application/json',
      'accept: application/json',
      ...Object.entries(order.headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
  let at = bytes.indexOf('\r\n\r\n')
  const places = order.numbers.map((rule) => {
    at = bytes.indexOf(PLACE, at + 1)
    if (at < 0) throw new Error('The body has fewer places than there are numbers.')
    return { ...rule, at }
  })
  return { bytes, places }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
