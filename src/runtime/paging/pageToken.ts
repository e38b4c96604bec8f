import { AppError } from '../../errors/appError.js'
import type { Json } from '../../model/json.js'
import { sha256Hex } from '../../model/keys.js'

const VERSION = 1

/**
 * Makes an opaque token of a position. `scope` names the operation and the arguments that the position belongs to.
 */
export function encodePageToken(scope: string, position: Json): string {
  const bytes = new TextEncoder().encode(JSON.stringify([VERSION, scopeHash(scope), position]))
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
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
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function scopeHash(scope: string): string {
  return sha256Hex(scope).slice(0, 16)
}
