import type { Span } from './ast.js'
import { lex, type Token } from './lex.js'
import { TrinoSyntaxError } from './syntaxError.js'

/** A token as the grammar sees it: literals classified and without their escapes. */
export interface Terminal extends Span {
  readonly kind:
    | 'word'
    | 'quoted'
    | 'string'
    | 'binary'
    | 'integer'
    | 'decimal'
    | 'double'
    | 'operator'
    | 'end'
  /** A word, number or operator as written; the content of a string, quoted name or binary literal. */
  readonly text: string
}

/** Reads a statement that holds no arguments; the last terminal is of kind `end`. Throws `TrinoSyntaxError`. */
export function readTerminals(sql: string): Terminal[] {
  const { tokens, problems } = lex(sql)
  // A text that looks like an argument is just that text here, wherever it stands in quotes or comments.
  const problem = problems.find(({ code }) => code !== 'OCG2004')
  if (problem) {
    const { message, hint, start, end, code } = problem
    throw new TrinoSyntaxError(hint ? `${message} ${hint}` : message, start, end, code)
  }
  const terminals = terminalsOf(tokens)
  terminals.push({ kind: 'end', text: '', start: sql.length, end: sql.length })
  return terminals
}

/** The terminals of tokens, without one for the end. Throws `TrinoSyntaxError`. */
export function terminalsOf(tokens: readonly Token[]): Terminal[] {
  const terminals: Terminal[] = []
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token
    if (token.kind === 'unicodeString' || token.kind === 'unicodeIdentifier') {
      const [word, marker] = [tokens[index + 1], tokens[index + 2]]
      const chosen = word?.kind === 'identifier' && word.value.toUpperCase() === 'UESCAPE'
      terminals.push(unicodeTerminal(token, chosen ? word : undefined, marker))
      if (chosen) index += 2
    } else terminals.push(terminalOf(token))
  }
  return terminals
}

function terminalOf(token: Token): Terminal {
  const { text, value, start, end } = token
  switch (token.kind) {
    case 'identifier':
      return { kind: 'word', text, start, end }
    case 'quotedIdentifier':
      return nameTerminal(value, token)
    case 'string':
      return { kind: 'string', text: value, start, end }
    case 'binaryString':
      return binaryTerminal(token)
    case 'number': {
      const kind = /[eE]/.test(text) ? 'double' : text.includes('.') ? 'decimal' : 'integer'
      return { kind, text, start, end }
    }
    case 'operator':
      return { kind: 'operator', text, start, end }
    default:
      throw new TrinoSyntaxError(`${text} has no value here.`, start, end)
  }
}

function nameTerminal(text: string, { start, end }: Span): Terminal {
  if (text === '') throw new TrinoSyntaxError('A quoted name must not be empty.', start, end)
  return { kind: 'quoted', text, start, end }
}

function binaryTerminal({ value, start, end }: Token): Terminal {
  const text = value.replace(/\s/g, '')
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text)) {
    throw new TrinoSyntaxError('A binary literal holds pairs of hexadecimal digits.', start, end)
  }
  return { kind: 'binary', text, start, end }
}

/** `U&'…'`, with `\XXXX` and `\+XXXXXX` for code points, and an escape character of the author's after UESCAPE. */
function unicodeTerminal(token: Token, uescape: Token | undefined, chosen: Token | undefined): Terminal {
  let marker = '\\'
  const { start } = token
  let { end } = token
  if (uescape) {
    if (chosen?.kind !== 'string' || chosen.value.length !== 1 || /[0-9A-Fa-f+'"\s]/.test(chosen.value)) {
      throw new TrinoSyntaxError('UESCAPE takes one character in quotes.', uescape.start, uescape.end)
    }
    marker = chosen.value
    end = chosen.end
  }
  const text = unescapeUnicode(token, marker)
  return token.kind === 'unicodeString'
    ? { kind: 'string', text, start, end }
    : nameTerminal(text, { start, end })
}

function unescapeUnicode(token: Token, marker: string): string {
  const parts = token.value.split(marker)
  let text = parts[0] as string
  for (let at = 1; at < parts.length; at++) {
    const part = parts[at] as string
    if (part === '' && at + 1 < parts.length) {
      text += marker + (parts[at + 1] as string)
      at++
      continue
    }
    const match = /^(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4}))/.exec(part)
    const code = match ? Number.parseInt((match[1] ?? match[2]) as string, 16) : -1
    if (!match || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      const message = 'A code point in a U& text is written as four hexadecimal digits, or + and six.'
      throw new TrinoSyntaxError(message, token.start, token.end)
    }
    text += String.fromCodePoint(code) + part.slice(match[0].length)
  }
  return text
}
