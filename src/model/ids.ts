/** Longest id in UTF-8 bytes. Chosen so that every key made of it fits DynamoDB's and lmdb's limits. */
export const MAX_ID_BYTES = 256

const encoder = new TextEncoder()

/** What nearly all ids are made of: a byte each, and none of them a control character. */
const PLAIN_ID = /^[\x20-\x7e]+$/

/** True for 1 to `MAX_ID_BYTES` UTF-8 bytes without control characters or unpaired surrogates. */
export function isValidId(id: string): boolean {
  if (PLAIN_ID.test(id)) return id.length <= MAX_ID_BYTES
  if (id.length === 0 || id.length > MAX_ID_BYTES) return false
  for (const character of id) {
    const code = character.codePointAt(0) as number
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false
    if (code >= 0xd800 && code <= 0xdfff) return false
  }
  return encoder.encode(id).length <= MAX_ID_BYTES
}
