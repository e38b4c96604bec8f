/** Whether a text can be the id of an entity: 1 to 256 UTF-8 bytes, valid Unicode, no control characters. */
export function isValidId(text: string): boolean {
  // The bytes are at least the UTF-16 units, so a long text is refused before it is encoded.
  if (text.length === 0 || text.length > MAX_BYTES || FORBIDDEN.test(text)) return false
  return utf8Length(text) <= MAX_BYTES
}

const MAX_BYTES = 256
const FORBIDDEN = /[\p{Cc}\p{Surrogate}]/u

function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) as number
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
