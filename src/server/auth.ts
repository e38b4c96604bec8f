import { createHash, timingSafeEqual } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { errorResponse, type HttpRequest, type HttpResponse } from './httpMessage.js'

/**
 * Who may call the API.
 *
 * - `none`: everybody. For a library whose host application has its own guard in front.
 * - `required`: holders of a key, in the header `x-api-key`.
 * - `loopbackFree`: holders of a key, and programs of this machine without one. Rests on the socket's address. As any
 *   web page that is open on this machine can make its browser send requests too, those that a foreign page could
 *   have caused need a key: a `Host` that is no name of this machine (DNS rebinding), an `Origin` of another site,
 *   a cross-site `Sec-Fetch-Site`. So do those that a proxy forwards for somebody else.
 */
export type Auth =
  | { readonly mode: 'none' }
  | { readonly mode: 'required'; readonly apiKeys: readonly string[] }
  | {
      readonly mode: 'loopbackFree'
      readonly apiKeys: readonly string[]
      /** Further host names (without port) that the server goes by. */
      readonly hosts?: readonly string[]
    }

/** Undefined for a request that may pass, else its 401. */
export type Guard = (request: HttpRequest) => HttpResponse | undefined

export interface GuardOptions {
  /** Origins of other sites whose pages may call the server. */
  readonly allowedOrigins?: readonly string[]
  /** Takes the key from `Authorization: Bearer` too, as scrapers of metrics send it. */
  readonly bearer?: boolean
}

/** Makes the check of one endpoint. Throws `RangeError` for an empty list of keys or an empty key. */
export function createGuard(auth: Auth, options: GuardOptions = {}): Guard {
  if (auth.mode === 'none') return () => undefined
  if (auth.apiKeys.length === 0 || auth.apiKeys.includes('')) {
    throw new RangeError('An API key is needed, and none may be empty.')
  }
  const isKnown = knownKeys(auth.apiKeys)
  const origins = new Set(options.allowedOrigins ?? [])
  const hosts = new Set(
    auth.mode === 'loopbackFree' ? (auth.hosts ?? []).map((host) => host.toLowerCase()) : [],
  )

  return (request) => {
    const key = presentedKey(request, options.bearer ?? false)
    if (key !== undefined) {
      return isKnown(key) ? undefined : unauthorized('The API key is not valid.')
    }
    if (auth.mode === 'loopbackFree' && isLocalCaller(request, hosts, origins)) return undefined
    return unauthorized('An API key is needed, in the header x-api-key.')
  }
}

function presentedKey(request: HttpRequest, bearer: boolean): string | undefined {
  const key = request.header('x-api-key')
  if (key !== undefined || !bearer) return key
  const [scheme, token] = (request.header('authorization') ?? '').split(' ')
  return scheme?.toLowerCase() === 'bearer' ? token : undefined
}

/** Longest key in bytes that is compared as it is; longer ones are compared by their hashes. */
const KEY_ROOM = 256

/**
 * Makes the comparison with the known keys. What is compared has one length whatever a key's is, and comparing all of
 * them takes the same time whichever it is.
 */
function knownKeys(keys: readonly string[]): (key: string) => boolean {
  const isLong = keys.some((key) => Buffer.byteLength(key) > KEY_ROOM)
  const form = isLong ? hash : (key: string) => padded(key, Buffer.alloc(KEY_ROOM + 4))
  const known = keys.map(form)
  const room = Buffer.alloc(KEY_ROOM + 4)
  return (key) => {
    const presented = isLong ? hash(key) : padded(key, room)
    let found = false
    for (const one of known) found = timingSafeEqual(one, presented) || found
    return found
  }
}

/** A key's bytes, as far as there is room, and behind them how many it has. */
function padded(key: string, room: Buffer): Buffer {
  // Not the buffer's own `fill`, which is for texts and parts too, and takes longer than all the rest here.
  Uint8Array.prototype.fill.call(room, 0)
  room.write(key, 0, KEY_ROOM)
  room.writeUInt32LE(Buffer.byteLength(key), KEY_ROOM)
  return room
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function isLocalCaller(
  request: HttpRequest,
  hosts: ReadonlySet<string>,
  origins: ReadonlySet<string>,
): boolean {
  if (request.remoteAddress === undefined || !isLoopbackAddress(request.remoteAddress)) return false
  const host = request.header('host')
  if (host === undefined || !isOwnHost(host, hosts)) return false
  const origin = request.header('origin')
  if (
    origin !== undefined &&
    !origins.has(origin) &&
    origin !== `http://${host}` &&
    origin !== `https://${host}`
  ) {
    return false
  }
  // Older browsers send no Origin with a GET; `same-site` holds other ports and subdomains.
  const site = request.header('sec-fetch-site')
  if (origin === undefined && (site === 'cross-site' || site === 'same-site')) return false
  return forwardedAddresses(request).every(isLoopbackAddress)
}

/** Addresses that a proxy speaks for. They only ever take rights away, so it does no harm that anybody can send them. */
function forwardedAddresses(request: HttpRequest): string[] {
  // The standard header names its parties in many forms: whoever uses it is taken for a stranger.
  if (request.header('forwarded') !== undefined) return ['unknown']
  const values = [request.header('x-forwarded-for'), request.header('x-real-ip')]
  return values.flatMap((value) => value?.split(',') ?? []).map((address) => address.trim())
}

function isLoopbackAddress(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

function isOwnHost(header: string, hosts: ReadonlySet<string>): boolean {
  const name = hostName(header)
  if (name === undefined) return false
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name) || hosts.has(name)
}

function hostName(header: string): string | undefined {
  if (!URL.canParse(`http://${header}`)) return undefined
  const { hostname } = new URL(`http://${header}`)
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

function unauthorized(message: string): HttpResponse {
  return errorResponse(401, 'Unauthorized', message, { 'www-authenticate': 'ApiKey header="x-api-key"' })
}
