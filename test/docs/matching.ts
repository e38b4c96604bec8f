/** Stands for what differs from run to run. */
const ANYTHING = '…'

/** True when a JSON value is as written, where the text `…` stands for any value. */
export function matchesJson(actual: unknown, expected: unknown): boolean {
  if (expected === ANYTHING) return actual !== undefined
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((one, index) => matchesJson(actual[index], one))
    )
  }
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false
  const names = Object.keys(expected)
  return (
    Object.keys(actual).length === names.length &&
    names.every((name) =>
      matchesJson((actual as Record<string, unknown>)[name], (expected as Record<string, unknown>)[name]),
    )
  )
}

/**
 * True when a program's output is as written: line by line without spaces at the ends, where `…` stands for any
 * characters of its line, and a line of nothing but `…` for any number of lines.
 */
export function matchesText(actual: string, expected: string): boolean {
  return matchesLines(linesOf(actual), linesOf(expected))
}

function matchesLines(actual: readonly string[], expected: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return actual.length === 0
  if (first.trim() === ANYTHING) {
    for (let skipped = 0; skipped <= actual.length; skipped++) {
      if (matchesLines(actual.slice(skipped), rest)) return true
    }
    return false
  }
  return actual[0] !== undefined && matchesLine(actual[0], first) && matchesLines(actual.slice(1), rest)
}

function matchesLine(actual: string, expected: string): boolean {
  const parts = expected.split(ANYTHING)
  const first = parts.shift() as string
  const last = parts.pop()
  if (last === undefined) return actual === first
  if (!actual.startsWith(first) || !actual.endsWith(last) || actual.length < first.length + last.length)
    return false
  let position = first.length
  for (const part of parts) {
    const found = actual.indexOf(part, position)
    if (found < 0) return false
    position = found + part.length
  }
  return position <= actual.length - last.length
}

function linesOf(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd())
}
