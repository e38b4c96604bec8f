type Pattern = Readonly<Record<string, unknown>>

/** Whether an event passes one of an event source mapping's filters. Knows the rules that our templates use. */
export function passesFilters(event: unknown, patterns: readonly Pattern[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matches(event, pattern))
}

function matches(value: unknown, pattern: Pattern): boolean {
  return Object.entries(pattern).every(([key, part]) => {
    const found = (value as Record<string, unknown> | undefined)?.[key]
    if (Array.isArray(part)) return part.some((rule) => passes(found, rule))
    return matches(found, part as Pattern)
  })
}

function passes(value: unknown, rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return value === rule
  const [kind, expected] = Object.entries(rule)[0] as [string, unknown]
  switch (kind) {
    case 'exists':
      // Only leaves count: a map or list is never matched.
      return (value !== undefined && typeof value !== 'object') === expected
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(expected))
    default:
      throw new Error(`The rule ${kind} is not known here.`)
  }
}
