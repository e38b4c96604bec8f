import { AppError } from '../../errors/appError.js'
import type { Json } from '../../model/json.js'
import { sha256Hex } from '../../model/keys.js'

const VERSION = 1

/**
 * Makes an opaque token of a position. `scope` names the operation and the arguments that the position belongs to.
 */
export function encodePageToken(scope: string, position: Json): string {
  const text = JSON.stringify([VERSION, scopeHash(scope), position])
  return btoa(BEYOND_ASCII.test(text) ? bytesAsText(text) : text)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

const BEYOND_ASCII = /[^\0-\x7f]/

/** A character for each byte of a text's UTF-8. */
function bytesAsText(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return binary
}

/** The other way; throws for what is no UTF-8. */
function textOfBytes(binary: string): string {
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** The position in a token. Refuses, as `BadInput`, what is no token, one of another version, or one of another scope. */
export function decodePageToken(scope: string, token: string): Json {
  const content = parse(token)
  if (!Array.isArray(content) || content.length !== 3 || content[0] !== VERSION) {
    throw new AppError('BadInput', 'The nextToken is not valid: start again without one.')
  }
  if (content[1] !== scopeHash(scope)) {
    throw new AppError('BadInput', 'The nextToken belongs to another operation or to other arguments.')
  }
  return content[2] as Json
}

function parse(token: string): unknown {
  try {
    const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(BEYOND_ASCII.test(binary) ? textOfBytes(binary) : binary)
  } catch {
    return undefined
  }
}

/** Most requests are of a few operations, whose names are their scopes. */
const hashes = new Map<string, string>()
const MAX_HASHES = 1000

function scopeHash(scope: string): string {
  const known = hashes.get(scope)
  if (known !== undefined) return known
  const hash = sha256Hex(scope).slice(0, 16)
  if (hashes.size >= MAX_HASHES) hashes.clear()
  hashes.set(scope, hash)
  return hash
}
