import type { TypeName } from './ast.js'
import type { TokenReader } from './tokenReader.js'

/** Reads a type as CAST takes it: `decimal(12, 2)`, `array(varchar)`, `row(x integer)`, `timestamp(3) with time zone`. */
export function parseType(reader: TokenReader): TypeName {
  return reader.deeper(() => {
    const { start } = reader.peek()
    let type = parseBaseType(reader)
    while (reader.takeWords('ARRAY')) type = { kind: 'array', item: type, ...reader.spanFrom(start) }
    return type
  })
}

function parseBaseType(reader: TokenReader): TypeName {
  const { start } = reader.peek()
  if (reader.isOperator('(', 1)) {
    if (reader.takeWords('ROW')) return rowType(reader, start)
    if (reader.takeWords('ARRAY')) {
      reader.expectOperator('(')
      const item = parseType(reader)
      reader.expectOperator(')')
      return { kind: 'array', item, ...reader.spanFrom(start) }
    }
    if (reader.takeWords('MAP')) {
      reader.expectOperator('(')
      const key = parseType(reader)
      reader.expectOperator(',')
      const value = parseType(reader)
      reader.expectOperator(')')
      return { kind: 'map', key, value, ...reader.spanFrom(start) }
    }
  }
  if (reader.takeWords('DOUBLE', 'PRECISION')) {
    return { kind: 'simple', name: 'double', parameters: [], ...reader.spanFrom(start) }
  }
  let name = reader.expectName('a type').text.toLowerCase()
  const parameters = reader.isOperator('(') ? typeParameters(reader) : []
  if (name === 'timestamp' || name === 'time') {
    if (reader.takeWords('WITH', 'TIME', 'ZONE')) name += ' with time zone'
    else reader.takeWords('WITHOUT', 'TIME', 'ZONE')
  }
  return { kind: 'simple', name, parameters, ...reader.spanFrom(start) }
}

function typeParameters(reader: TokenReader): number[] {
  reader.expectOperator('(')
  const parameters = reader.list(() => {
    if (reader.peek().kind !== 'integer') reader.fail('a whole number')
    return Number(reader.next().text)
  })
  reader.expectOperator(')')
  return parameters
}

function rowType(reader: TokenReader, start: number): TypeName {
  reader.expectOperator('(')
  const fields = reader.list(() => {
    const named = reader.isName() && !reader.isOperator('(', 1) && !endsField(reader, 1)
    // `double precision`, `timestamp with time zone` and `integer array` are types without a name before them.
    const isType = reader.isWords('DOUBLE', 'PRECISION') || isTimeWith(reader) || isArrayOf(reader)
    if (!named || isType) return { type: parseType(reader) }
    const name = reader.expectName()
    return { name, type: parseType(reader) }
  })
  reader.expectOperator(')')
  return { kind: 'row', fields, ...reader.spanFrom(start) }
}

function endsField(reader: TokenReader, ahead: number): boolean {
  return reader.isOperator(',', ahead) || reader.isOperator(')', ahead)
}

function isTimeWith(reader: TokenReader): boolean {
  if (!reader.isOneOf('TIME', 'TIMESTAMP')) return false
  return ['WITH', 'WITHOUT'].includes(reader.peek(1).text.toUpperCase()) && reader.peek(1).kind === 'word'
}

function isArrayOf(reader: TokenReader): boolean {
  return reader.peek(1).text.toUpperCase() === 'ARRAY' && endsField(reader, 2)
}
