import type { Json } from '../../../src/model/json.js'

/** A type as the client protocol writes it. */
export interface TypeSignature {
  readonly rawType: string
  readonly arguments: readonly TypeArgument[]
}

type TypeArgument =
  | { readonly kind: 'TYPE'; readonly value: TypeSignature }
  | { readonly kind: 'LONG'; readonly value: number }
  | {
      readonly kind: 'NAMED_TYPE'
      readonly value: {
        readonly fieldName?: { readonly name: string }
        readonly typeSignature: TypeSignature
      }
    }

/** Name of a type; lengths of varchar are left out, since nothing in a statement's answer depends on them. */
export function trinoTypeName(type: TypeSignature): string {
  const [first] = type.arguments
  if (type.rawType === 'varchar' || !first) return type.rawType
  const zone = /^(time|timestamp) with time zone$/.exec(type.rawType)
  if (zone && first.kind === 'LONG') return `${zone[1]}(${first.value}) with time zone`
  const parts = type.arguments.map((argument) => {
    if (argument.kind === 'LONG') return `${argument.value}`
    if (argument.kind === 'TYPE') return trinoTypeName(argument.value)
    const { fieldName, typeSignature } = argument.value
    return `${fieldName ? `${fieldName.name} ` : ''}${trinoTypeName(typeSignature)}`
  })
  return `${type.rawType}(${parts.join(type.rawType === 'decimal' ? ',' : ', ')})`
}

/** A value of the client protocol in the form of `SqlRow`, rows as arrays, keys of maps sorted, moments to milliseconds. */
export function trinoValue(value: Json, type: TypeSignature): Json {
  if (value === null) return null
  const of = type.arguments.map((argument) =>
    argument.kind === 'NAMED_TYPE' ? argument.value.typeSignature : (argument.value as TypeSignature),
  )
  switch (type.rawType) {
    case 'array':
      return (value as Json[]).map((item) => trinoValue(item, of[0] as TypeSignature))
    case 'row':
      return (value as Json[]).map((item, at) => trinoValue(item, of[at] as TypeSignature))
    case 'map': {
      const [keyType, valueType] = of as [TypeSignature, TypeSignature]
      const entries = Object.entries(value as Record<string, Json>)
        .map(([key, item]): [string, Json] => [String(trinoValue(key, keyType)), trinoValue(item, valueType)])
        .sort(([a], [b]) => (a < b ? -1 : 1))
      return Object.fromEntries(entries)
    }
    case 'timestamp':
      return moment(value as string, 'UTC')
    case 'timestamp with time zone': {
      const [, clock, zone] = /^(\S+ \S+) (.+)$/.exec(value as string) as unknown as [string, string, string]
      return moment(clock, zone)
    }
    case 'time':
      return `${value as string}.000`.replace(/^(\d+:\d+:\d+)(?:\.(\d+))?.*$/, (_, clock, fraction) => {
        return `${clock}.${`${fraction ?? ''}000`.slice(0, 3)}`
      })
    default:
      return value
  }
}

function moment(text: string, zone: string): Json {
  const [, date, clock, fraction = ''] = /^(\S+) ([\d:]+)(?:\.(\d+))?$/.exec(text) as unknown as string[]
  const local = `${date}T${clock}.${`${fraction}000`.slice(0, 3)}Z`
  const millis = Date.parse(local)
  if (Number.isNaN(millis) || zone === 'UTC') return local
  // The offset at the local time read as UTC may be that of the other side of a change: so it's asked twice.
  const guess = millis - offset(millis, zone)
  return new Date(millis - offset(guess, zone)).toISOString()
}

/** Milliseconds that a zone's clocks are ahead of UTC at a moment. */
function offset(millis: number, zone: string): number {
  const fixed = /^([-+])(\d\d):(\d\d)$/.exec(zone)
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(millis)
  const part = (name: string) => Number(parts.find((one) => one.type === name)?.value)
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return local - Math.floor(millis / 1000) * 1000
}
