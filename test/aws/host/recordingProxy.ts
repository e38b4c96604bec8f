import { createServer, type IncomingMessage, type Server, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type IamCall, iamCalls, type ServiceRequest } from './iamCalls.js'

/** A call with who made it. */
export interface RecordedCall extends IamCall {
  readonly accessKeyId: string
}

/** Answers a request in the server's place; undefined lets it through. */
export type Fault = (
  request: ServiceRequest & { readonly accessKeyId: string },
) => { readonly status: number; readonly body?: string } | undefined

export interface RecordingProxy {
  readonly endpoint: string
  close(): Promise<void>
}

export interface RecordingProxyOptions {
  readonly service: ServiceRequest['service']
  /** `http://127.0.0.1:8000` */
  readonly target: string
  readonly onCall: (call: RecordedCall) => void
  readonly fault: Fault
  /** Changes a request on its way to the server. Default: not at all. */
  readonly rewrite?: (body: Buffer) => Buffer
}

/** Stands before one server and tells each call with the identity that signed it. On loopback. */
export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const { service, onCall, fault } = options
  const target = new URL(options.target)
  const server = createServer(async (incoming, outgoing) => {
    const body = await readBody(incoming)
    const accessKeyId = accessKeyOf(incoming)
    const request: ServiceRequest = {
      service,
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      operation: String(incoming.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1),
      body,
    }
    for (const call of iamCalls(request)) onCall({ ...call, accessKeyId })
    const failure = fault({ ...request, accessKeyId })
    if (failure) {
      outgoing.writeHead(failure.status, { 'content-type': 'application/xml' }).end(failure.body ?? '')
      return
    }
    const passedBody = options.rewrite?.(body) ?? body
    const passed = send(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: request.url,
        headers: { ...incoming.headers, 'content-length': String(passedBody.length) },
      },
      (answer) => {
        // S3 says that an object is not there only to those who may list the bucket.
        if (service === 's3' && answer.statusCode === 404 && /^(GET|HEAD)$/.test(request.method)) {
          const [, bucket = ''] = request.url.split(/[/?]/)
          onCall({ action: 's3:ListBucket', resource: bucket, accessKeyId })
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.destroy())
    incoming.on('error', () => passed.destroy())
    passed.end(passedBody)
  })
  // Whoever polls holds a connection for long: the default would cut it.
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, close: () => closeServer(server) }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Who signed: `AWS4-HMAC-SHA256 Credential=<access key>/20261121/…`. */
function accessKeyOf({ headers }: IncomingMessage): string {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? ''
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
