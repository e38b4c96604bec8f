/** One `%…` of a format. */
export interface Conversion {
  /** As it is written. */
  readonly shown: string
  readonly letter: 's' | 'd' | 'x' | 'X' | 'o' | 'f' | 'b'
  /** Which of the values after the format it shows, from 0. */
  readonly value: number
  /** Each of `-#+ 0,(` at most once. */
  readonly flags: ReadonlySet<string>
  /** At least so many UTF-16 units. */
  readonly width?: number
  readonly precision?: number
}

/** What Java's Formatter lets follow its letters, as far as it has one meaning here. `.` stands for a precision. */
const ALLOWED: Readonly<Record<Conversion['letter'], string>> = {
  s: '-.',
  b: '-',
  d: '-+ 0,(',
  x: '-#0',
  X: '-#0',
  o: '-#0',
  f: '-+ 0,(.',
}

const PATTERN = /%(\d+\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([a-zA-Z%])/y

/** More than this many characters of one value are refused. */
const MOST_WIDTH = 1000

/** A double has its digits up to here; the whole part of a number keeps 20 of DuckDB's 38. */
const MOST_PRECISION = 18

/**
 * Reads a format of Java's Formatter: texts and conversions in turn. Throws an Error whose message says what is wrong, or
 * what is not known here: `%e`, `%g`, `%a`, `%h`, `%c`, `%t`, and upper case forms but `%X`.
 */
export function readFormat(format: string): readonly (string | Conversion)[] {
  const parts: (string | Conversion)[] = []
  let next = 0
  let at = 0
  while (at < format.length) {
    if (format[at] !== '%') {
      const end = format.indexOf('%', at)
      parts.push(format.slice(at, end === -1 ? format.length : end))
      at = end === -1 ? format.length : end
      continue
    }
    PATTERN.lastIndex = at
    const match = PATTERN.exec(format)
    if (!match) throw new Error(`The format has a % without a conversion: ${format.slice(at, at + 10)}.`)
    const [shown, index, flags = '', width, precision, letter = ''] = match
    at += shown.length
    if (shown === '%%') parts.push('%')
    else if (shown === '%n') parts.push('\n')
    else {
      const value = index === undefined ? next++ : Number.parseInt(index, 10) - 1
      parts.push(conversion({ shown, letter, value, flags, width, precision }))
    }
  }
  return parts
}

interface Written {
  readonly shown: string
  readonly letter: string
  readonly value: number
  readonly flags: string
  readonly width: string | undefined
  readonly precision: string | undefined
}

function conversion({ shown, letter, value, flags: written, width, precision }: Written): Conversion {
  const refuse = (why: string) => new Error(`${shown} in a format ${why}.`)
  if (!isLetter(letter)) throw refuse('is not supported')
  const flags = new Set(written)
  const known = ALLOWED[letter]
  const other = [...flags, ...(precision === undefined ? [] : ['.'])].find((one) => !known.includes(one))
  if (other !== undefined) throw refuse(`takes no ${other}`)
  if (flags.size < written.length) throw refuse('has a flag twice')
  if (flags.has('-') && flags.has('0')) throw refuse('can not have both - and 0')
  if (flags.has('+') && flags.has(' ')) throw refuse('can not have both + and a space')
  if ((flags.has('-') || flags.has('0')) && width === undefined) throw refuse('needs a width')
  if (value < 0) throw refuse('has no value: they are counted from 1')
  const digits = precision === undefined ? undefined : Number(precision.slice(1))
  if (Number(width ?? 0) > MOST_WIDTH) throw refuse(`is wider than ${MOST_WIDTH}`)
  if (letter === 'f' && (digits ?? 0) > MOST_PRECISION) throw refuse(`has more than ${MOST_PRECISION} digits`)
  return {
    shown,
    letter,
    value,
    flags,
    ...(width === undefined ? {} : { width: Number(width) }),
    ...(digits === undefined ? {} : { precision: digits }),
  }
}

function isLetter(letter: string): letter is Conversion['letter'] {
  return Object.hasOwn(ALLOWED, letter)
}
