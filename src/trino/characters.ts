// Trino's letters, digits and blanks: ASCII only. Undefined is what stands behind the end of a text.

export function endOfName(sql: string, start: number): number {
  let end = start
  while (isNamePart(sql[end])) end += 1
  return end
}

export function endOfDigits(sql: string, start: number): number {
  let end = start
  while (isDigit(sql[end])) end += 1
  return end
}

export function skipSpace(sql: string, start: number): number {
  let end = start
  while (isSpace(sql[end])) end += 1
  return end
}

export function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t'
}

export function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}

export function isNameStart(char: string | undefined): boolean {
  return char !== undefined && ((char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_')
}

export function isNamePart(char: string | undefined): boolean {
  return isNameStart(char) || isDigit(char)
}
