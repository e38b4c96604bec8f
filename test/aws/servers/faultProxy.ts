import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxiedRequest {
  /** `PutItem`, for services that name it in a header; else the method. */
  readonly operation: string
  readonly body: Buffer
}

/**
 * What becomes of a request. `pass`: it goes through. `loseAnswer`: it is carried out, and nobody hears of it.
 * `loseRequest`: it never arrives. `cutAnswer`: half of the answer comes, and then the connection breaks.
 * `hang`: there is never an answer. A function changes the answer. Otherwise: answered in the server's place.
 */
export type Fate =
  | 'pass'
  | 'loseAnswer'
  | 'loseRequest'
  | 'cutAnswer'
  | 'hang'
  | { readonly status: number; readonly body: string }
  | ((answer: string) => string)

export interface FaultProxy {
  readonly endpoint: string
  /** Operations that arrived, in their order. */
  readonly seen: string[]
  /** Most requests that were there at the same time. */
  mostAtOnce(): number
  /** Decides for requests from now on. */
  decide(fate: (request: ProxiedRequest, count: number) => Fate): void
  close(): Promise<void>
}

/** Stands on 127.0.0.1 before a server that answers JSON or XML, and spoils what a test wants spoiled. */
export async function startFaultProxy(endpoint: string): Promise<FaultProxy> {
  const target = new URL(endpoint)
  const seen: string[] = []
  let decide: (request: ProxiedRequest, count: number) => Fate = () => 'pass'
  let count = 0
  let running = 0
  let most = 0
  const server = createServer(async (incoming, outgoing) => {
    most = Math.max(most, ++running)
    outgoing.once('close', () => {
      running -= 1
    })
    const body = await readAll(incoming)
    const target = incoming.headers['x-amz-target']
    const operation = typeof target === 'string' ? (target.split('.').at(-1) ?? '') : `${incoming.method}`
    seen.push(operation)
    const fate = decide({ operation, body }, count++)
    if (fate === 'loseRequest') return void incoming.socket.destroy()
    if (fate === 'hang') return
    if (typeof fate === 'object') {
      return void outgoing.writeHead(fate.status, { 'content-type': TYPE }).end(fate.body)
    }
    const answer = await forward(incoming, body)
    if (fate === 'loseAnswer') return void incoming.socket.destroy()
    if (fate === 'cutAnswer') {
      outgoing.writeHead(answer.status, answer.headers)
      outgoing.write(answer.body.subarray(0, answer.body.length / 2), () => incoming.socket.destroy())
      return
    }
    const { 'x-amz-crc32': _crc, 'content-length': _length, ...headers } = answer.headers
    const text = fate === 'pass' ? answer.body : Buffer.from(fate(answer.body.toString()))
    outgoing.writeHead(answer.status, headers).end(text)
  })

  const forward = async (incoming: IncomingMessage, body: Buffer) => {
    const { method, url: path, headers } = incoming
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: target.hostname, port: target.port, method, path, headers }
      send(options, resolve).on('error', reject).end(body)
    })
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await readAll(answer) }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    mostAtOnce: () => most,
    decide(fate) {
      decide = fate
      count = 0
      most = 0
      seen.length = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An error as DynamoDB answers it. */
export function dynamoError(name: string, fields: object = {}): { status: number; body: string } {
  const body = {
    __type: `com.amazonaws.dynamodb.v20120810#${name}`,
    message: `${name} by the test`,
    ...fields,
  }
  return { status: name === 'InternalServerError' ? 500 : 400, body: JSON.stringify(body) }
}

const TYPE = 'application/x-amz-json-1.0'

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
