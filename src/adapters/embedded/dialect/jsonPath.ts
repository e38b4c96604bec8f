/**
 * A JSON path as DuckDB reads it: names quoted, indexes from 0. Undefined for a path with a wildcard, a filter or
 * anything else that gives several values.
 */
export function jsonPath(text: string): string | undefined {
  const root = /^\s*(?:lax\s+)?\$/.exec(text)
  if (!root) return undefined
  const step = /\.([A-Za-z_][A-Za-z0-9_]*)|\["((?:[^"\\*?]|\\["\\])+)"\]|\[(\d{1,9})\]/y
  let at = root[0].length
  let path = '$'
  while (at < text.trimEnd().length) {
    step.lastIndex = at
    const match = step.exec(text)
    if (!match) return undefined
    at = step.lastIndex
    if (match[3] !== undefined) path += `[${match[3]}]`
    else {
      const name = match[1] ?? (match[2] as string).replace(/\\(["\\])/g, '$1')
      if (name.includes('"')) return undefined
      path += `."${name}"`
    }
  }
  return path
}
