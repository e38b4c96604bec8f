/** A type in Hive's words as Trino writes it. `digits`: of the fraction of timestamps, as the table's format has them. */
export function trinoOfHive(type: string, digits: 3 | 6): string {
  const text = type.trim().toLowerCase()
  const array = /^array<(.*)>$/.exec(text)
  if (array) return `array(${trinoOfHive(array[1] ?? '', digits)})`
  const struct = /^struct<(.*)>$/.exec(text)
  if (struct) {
    const fields = splitTop(struct[1] ?? '').map((field) => {
      const at = field.indexOf(':')
      return `"${field.slice(0, at).trim()}" ${trinoOfHive(field.slice(at + 1), digits)}`
    })
    return `row(${fields.join(', ')})`
  }
  if (text === 'string') return 'varchar'
  if (text === 'int') return 'integer'
  return text === 'timestamp' ? `timestamp(${digits})` : text
}

/** Parts of a list, cut at the commas that stand in no brackets. */
export function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const one of text) {
    if ('<(['.includes(one)) depth += 1
    if ('>)]'.includes(one)) depth -= 1
    if (one === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += one
  }
  return part.trim() === '' ? parts : [...parts, part]
}
