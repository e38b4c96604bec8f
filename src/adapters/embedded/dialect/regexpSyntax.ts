/**
 * What a pattern holds that Java's regular expressions (Athena) and RE2 (DuckDB) read differently, or that one of them
 * refuses; undefined for a pattern that both read alike.
 */
export function unsupportedSyntax(pattern: string): string | undefined {
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at)
    const char = pattern[at] as string
    if (char === '\\') {
      const problem = escapeProblem(rest, inClass)
      if (problem) return problem
      at++
    } else if (inClass) {
      if (char === ']') inClass = false
      else if (rest.startsWith('&&')) return 'holds && in a character class'
      else if (char === '[' && !rest.startsWith('[:')) return 'holds a character class in a character class'
    } else if (char === '[') {
      inClass = true
      if (pattern[at + 1] === '^') at++
      if (pattern[at + 1] === ']') return 'starts a character class with ]'
    } else if (rest.startsWith('(?')) {
      const group = /^\(\?(?:([=!])|<([=!])|(>)|<([A-Za-z][A-Za-z0-9]*)>|([a-zA-Z-]*)([:)]))/.exec(rest)
      if (!group) return 'holds a group that starts with (? in an unknown way'
      if (group[1] || group[2]) return 'looks ahead or behind'
      if (group[3]) return 'holds an atomic group'
      if (group[5] && !/^[ims-]*$/.test(group[5])) return `holds the flags ${group[5]}`
    } else if (/^(?:[*+?]|\{\d+(?:,\d*)?\})\+/.test(rest)) return 'holds a possessive quantifier'
  }
  return inClass ? 'does not close a character class' : undefined
}

/** Escapes that mean the same to both: classes, borders, control characters, code points, and punctuation for itself. */
function escapeProblem(rest: string, inClass: boolean): string | undefined {
  const next = rest[1]
  if (next === undefined) return 'ends with a backslash'
  if (!/[A-Za-z0-9]/.test(next)) return undefined
  if (/[dDwWsStnrf]/.test(next)) return undefined
  if (/[bBAz]/.test(next)) return inClass ? `holds \\${next} in a character class` : undefined
  if (next === 'x' && /^\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/.test(rest)) return undefined
  if ((next === 'p' || next === 'P') && /^\\[pP](?:\{(?:L|Lu|Ll|N|Nd|P|S|Z)\}|[LNPSZ])/.test(rest)) {
    return undefined
  }
  if (/[1-9]/.test(next)) return 'refers back to a group'
  return `holds \\${next}`
}

/** A replacement of Java's (`$1`) as RE2 writes it (`\1`); undefined for one that it can't write, or without its group. */
export function replacementOf(text: string, groups: number): string | undefined {
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string
    const next = text[at + 1]
    if (char === '\\') {
      if (next === undefined) return undefined
      result += next === '\\' ? '\\\\' : next
      at++
    } else if (char === '$') {
      if (next === undefined || !/[0-9]/.test(next) || /[0-9]/.test(text[at + 2] ?? '')) return undefined
      if (Number(next) > groups) return undefined
      result += `\\${next}`
      at++
    } else result += char
  }
  return result
}

/** The pattern as RE2 writes it: its named groups start with `(?P<`. */
export function re2Pattern(pattern: string): string {
  let result = ''
  for (const { text, kind } of pieces(pattern)) result += kind === 'named' ? `(?P${text.slice(2)}` : text
  return result
}

/** Number of groups that capture. */
export function groupCount(pattern: string): number {
  return pieces(pattern).filter(({ kind }) => kind === 'open' || kind === 'named').length
}

/**
 * Whether a group takes part in every match. One that may be left out is NULL in Trino, and an empty text in RE2, which
 * can't be told from a group that matched nothing.
 */
export function alwaysMatches(pattern: string, group: number): boolean {
  if (group === 0) return true
  const all = pieces(pattern)
  /** The groups around the place read, the whole pattern first: what each is to the wanted group, and whether it has a |. */
  const open: { role: 'other' | 'wanted' | 'holder'; choice: boolean }[] = [{ role: 'other', choice: false }]
  let count = 0
  for (const [at, { kind }] of all.entries()) {
    const around = open.at(-1) as (typeof open)[number]
    if (kind === 'open' || kind === 'named' || kind === 'plainOpen') {
      const wanted = kind !== 'plainOpen' && ++count === group
      open.push({ role: wanted ? 'wanted' : 'other', choice: false })
    } else if (kind === 'choice') around.choice = true
    else if (kind === 'close' && open.length > 1) {
      open.pop()
      if (around.role === 'other') continue
      if (around.role === 'holder' && around.choice) return false
      if (/^(?:[?*]|\{0)/.test(all[at + 1]?.text ?? '')) return false
      ;(open.at(-1) as (typeof open)[number]).role = 'holder'
    }
  }
  return !open[0]?.choice
}

interface Piece {
  readonly kind: 'open' | 'named' | 'plainOpen' | 'close' | 'choice' | 'quantifier' | 'text'
  readonly text: string
}

/** A pattern in its pieces: escapes and character classes are texts. */
function pieces(pattern: string): Piece[] {
  const found: Piece[] = []
  const reader =
    /\\[\s\S]|\[\^?(?:\[:\^?[a-z]+:\]|\\[\s\S]|[^\]\\])*\]|\(\?<[A-Za-z][A-Za-z0-9]*>|\(\?[a-zA-Z-]*[:)]|[()|]|[*+?]|\{\d+(?:,\d*)?\}|[\s\S]/gy
  for (const [text] of pattern.matchAll(reader)) found.push({ kind: kindOf(text), text })
  return found
}

function kindOf(text: string): Piece['kind'] {
  if (text === '(') return 'open'
  if (text.startsWith('(?<')) return 'named'
  if (text.startsWith('(?')) return text.endsWith(':') ? 'plainOpen' : 'text'
  if (text === ')') return 'close'
  if (text === '|') return 'choice'
  return /^[*+?{]/.test(text) ? 'quantifier' : 'text'
}
