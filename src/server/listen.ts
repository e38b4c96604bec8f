import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '../ports/system.js'
import {
  BodyTooLarge,
  ClientGone,
  type HttpRequest,
  type HttpResponse,
  type RequestHandler,
} from './httpMessage.js'

export interface ListenOptions {
  readonly handler: RequestHandler
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  readonly logger?: Logger
  /** Time to receive a whole request in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** How long `close` waits for running requests, in milliseconds. Default 10,000. */
  readonly closeTimeoutMs?: number
}

export interface Listening {
  /** `http://127.0.0.1:4000`, without a slash at the end. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Takes no new connection, lets running requests end, and cuts off what still runs after the deadline. */
  close(): Promise<void>
}

/** The address can't be listened on. The message says why and what to do about it. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly hint: string

  constructor(message: string, hint: string, options: { readonly cause: unknown }) {
    super(message, options)
    this.hint = hint
  }
}

/** Serves a handler on Node's HTTP server. Throws `ListenError` when the address is taken or forbidden. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const {
    handler,
    host = '127.0.0.1',
    port,
    logger,
    requestTimeoutMs = 30_000,
    closeTimeoutMs = 10_000,
  } = options
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, 10_000),
      // Longer than a load balancer's usual minute, or it meets connections that have just been closed.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
    },
    (incoming, outgoing) => {
      serve(incoming, outgoing).catch((error: unknown) => {
        // The handler never throws: what fails is a client that has gone.
        logger?.debug('A connection broke', { error })
        outgoing.destroy()
      })
    },
  )
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const response = await handler(toHttpRequest(incoming))
    if (!outgoing.destroyed) send(response, incoming, outgoing, !server.listening)
  }

  const address = await bind(server, host, port)
  server.on('error', (error) => logger?.error('The HTTP server failed', { error }))
  return {
    url: `http://${address.family === 'IPv6' ? `[${host}]` : host}:${address.port}`,
    host,
    port: address.port,
    close: () => close(server, closeTimeoutMs),
  }
}

function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve(server.address() as AddressInfo)
    })
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const cause = { cause: error }
  if (error.code === 'EADDRINUSE') {
    const hint =
      'Stop the program that uses it, or choose another port with --port; --port 0 takes a free one.'
    return new ListenError(`Port ${port} of ${host} is in use.`, hint, cause)
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      `Port ${port} of ${host} is not for this user.`,
      'Choose a port from 1024 on.',
      cause,
    )
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    const hint = 'Use 127.0.0.1 for this machine only, or 0.0.0.0 for every address that it has.'
    return new ListenError(`${host} is no address of this machine.`, hint, cause)
  }
  return new ListenError(
    `The server can't listen on ${host}:${port} (${error.code ?? 'unknown'}).`,
    'Try --port 0.',
    cause,
  )
}

function close(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve()
    const deadline = setTimeout(() => server.closeAllConnections(), timeoutMs)
    server.close(() => {
      clearTimeout(deadline)
      resolve()
    })
  })
}

function send(
  response: HttpResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  closing: boolean,
): void {
  const { status, headers, body } = response
  const length = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  const hasBody = status !== 204 && status !== 304
  // `Server.close` ends the connections that are idle at that moment; the others end with their answer.
  if (closing) outgoing.setHeader('connection', 'close')
  outgoing.writeHead(status, hasBody ? { ...headers, 'content-length': length } : headers)
  if (incoming.method === 'HEAD' || body === null) outgoing.end()
  else outgoing.end(body)
}

function toHttpRequest(incoming: IncomingMessage): HttpRequest {
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    header(name) {
      const value = incoming.headers[name]
      return typeof value === 'string' ? value : value?.join(', ')
    },
    text: (maxBytes) => readText(incoming, maxBytes),
    remoteAddress: incoming.socket.remoteAddress,
  }
}

function readText(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return reject(new BodyTooLarge())
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) return chunks.push(chunk)
      incoming.pause()
      incoming.removeAllListeners('data')
      return reject(new BodyTooLarge())
    })
    incoming.once('end', () =>
      resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()),
    )
    incoming.once('error', (cause) => reject(new ClientGone('The body could not be read.', { cause })))
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(new ClientGone('The client has gone.'))
    })
  })
}
