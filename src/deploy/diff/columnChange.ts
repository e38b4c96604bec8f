/** What a column's new type means for what is stored. */
export interface ColumnChange {
  /** Every value of the former type is one of the new type, and means the same. */
  readonly alwaysFits: boolean
  /** Files with the former type can be read as the new one: only fields of structs came or went. */
  readonly keepsFiles: boolean
}

/** Compares two types of a column in Hive's words. */
export function columnChange(before: string, after: string): ColumnChange {
  return compare(parseType(before), parseType(after))
}

type HiveType =
  | { readonly kind: 'array'; readonly item: HiveType }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, HiveType> }
  | { readonly kind: string }

/** Without loss: seconds since 1970, the only numbers of 64 bits, are stored with 53 bits at most. */
const WIDER: Readonly<Record<string, readonly string[]>> = { int: ['bigint', 'double'], bigint: ['double'] }

function compare(before: HiveType, after: HiveType): ColumnChange {
  if ('item' in before && 'item' in after) return compare(before.item, after.item)
  if ('fields' in before && 'fields' in after) {
    const changes = [...before.fields].flatMap(([name, type]) => {
      const next = after.fields.get(name)
      return next ? [compare(type, next)] : []
    })
    return {
      alwaysFits: changes.every(({ alwaysFits }) => alwaysFits),
      keepsFiles: changes.every(({ keepsFiles }) => keepsFiles),
    }
  }
  const isSame = before.kind === after.kind
  return { alwaysFits: isSame || (WIDER[before.kind] ?? []).includes(after.kind), keepsFiles: isSame }
}

function parseType(text: string): HiveType {
  const array = /^array<(.*)>$/s.exec(text)
  if (array) return { kind: 'array', item: parseType(array[1] as string) }
  const struct = /^struct<(.*)>$/s.exec(text)
  if (!struct) return { kind: text }
  const fields = splitFields(struct[1] as string).map((field): [string, HiveType] => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon), parseType(field.slice(colon + 1))]
  })
  return { kind: 'struct', fields: new Map(fields) }
}

/** At the commas that stand in no other type. */
function splitFields(text: string): string[] {
  const fields: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '<') depth += 1
    else if (text[index] === '>') depth -= 1
    else if (text[index] === ',' && depth === 0) {
      fields.push(text.slice(start, index))
      start = index + 1
    }
  }
  return text === '' ? [] : [...fields, text.slice(start)]
}
