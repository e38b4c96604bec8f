import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { errorResponse, type HttpRequest, type HttpResponse } from './httpMessage.js'

/** One built file of the page, as it is and compressed. */
interface Asset {
  readonly body: Uint8Array
  readonly gzipped: Uint8Array
  readonly etag: string
  readonly contentType: string
}

/** Nothing comes from anywhere but this server; CodeMirror needs inline styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'graphiql.js': 'text/javascript; charset=utf-8',
  'graphiql.css': 'text/css; charset=utf-8',
}

/** Where `scripts/buildGraphiql.mjs` puts the files, seen from `dist/server` and from `src/server`. */
const FOLDERS = [new URL('../graphiql/', import.meta.url), new URL('../../dist/graphiql/', import.meta.url)]

const loaded = new Map<string, Promise<Asset | undefined>>()

/** The page. It finds its files and the API relative to its own address, so it works under any path. */
export async function graphiqlPage(request: HttpRequest): Promise<HttpResponse> {
  const asset = await load('index.html')
  if (!asset) return errorResponse(404, 'NotFound', 'The GraphiQL page is not built: run npm run build.')
  return assetResponse(asset, request, {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
  })
}

/** A file of the page; undefined when there is none of this name. */
export async function graphiqlAsset(name: string, request: HttpRequest): Promise<HttpResponse | undefined> {
  if (!Object.hasOwn(CONTENT_TYPES, name)) return undefined
  const asset = await load(name)
  return asset && assetResponse(asset, request, {})
}

function load(name: string): Promise<Asset | undefined> {
  const known = loaded.get(name)
  if (known) return known
  const asset = read(name)
  loaded.set(name, asset)
  // A page that is built later is found later.
  asset.then(
    (found) => found ?? loaded.delete(name),
    () => loaded.delete(name),
  )
  return asset
}

async function read(name: string): Promise<Asset | undefined> {
  for (const folder of FOLDERS) {
    const body = await readFile(new URL(name, folder)).catch(() => undefined)
    if (!body) continue
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    const contentType = CONTENT_TYPES[name] as string
    return { body, gzipped: await promisify(gzip)(body), etag, contentType }
  }
  return undefined
}

function assetResponse(
  asset: Asset,
  request: HttpRequest,
  headers: Readonly<Record<string, string>>,
): HttpResponse {
  // `no-cache`: kept by the browser, but asked for each time, so that an upgrade shows at once.
  const common = {
    ...headers,
    etag: asset.etag,
    'cache-control': 'no-cache',
    vary: 'Accept, Accept-Encoding',
  }
  if (request.header('if-none-match') === asset.etag) return { status: 304, headers: common, body: null }
  const type = { ...common, 'content-type': asset.contentType }
  return /\bgzip\b/.test(request.header('accept-encoding') ?? '')
    ? { status: 200, headers: { ...type, 'content-encoding': 'gzip' }, body: asset.gzipped }
    : { status: 200, headers: type, body: asset.body }
}
