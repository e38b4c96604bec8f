import type { ItemKey } from '../../../model/keys.js'
import type { Write } from '../../../ports/itemTable.js'

/** A key as one text, for maps and sets: no key holds the character between its parts. */
export function keyText({ PK, SK }: ItemKey): string {
  return `${PK}\0${SK}`
}

/** The key of a write's item, as one text. */
export function writeKeyText(write: Write): string {
  return keyText(write.kind === 'put' ? write.item : write.key)
}
