import type { Join, Relation, Span } from './ast.js'
import { parseSubquery, startsQuery } from './parseSubquery.js'
import type { TokenReader } from './tokenReader.js'
import { tryParse } from './tryParse.js'

/** Most joins in one FROM item. */
const MAX_JOINS = 100

const FROM_TAKES = 'FROM takes tables, subqueries and UNNEST.'

/** Reads one item of FROM with its joins. */
export function parseRelation(reader: TokenReader): Relation {
  return reader.deeper(() => {
    const { start } = reader.peek()
    let left = parseAliased(reader)
    for (let length = 1; ; length++) {
      const type = joinType(reader)
      if (!type) return left
      if (length > MAX_JOINS)
        reader.refuse(`A statement joins more than ${MAX_JOINS} relations.`, reader.peek(), 'OCG2050')
      if (type === 'CROSS') {
        left = { kind: 'join', type, left, right: parseAliased(reader), ...reader.spanFrom(start) }
      } else {
        const right = parseRelation(reader)
        left = { kind: 'join', type, left, right, ...joinCriteria(reader, right), ...reader.spanFrom(start) }
      }
    }
  })
}

function joinType(reader: TokenReader): Join['type'] | undefined {
  if (reader.isWords('NATURAL'))
    reader.refuse('NATURAL JOIN depends on every column of both sides: name them with USING.')
  if (reader.takeWords('CROSS', 'JOIN')) return 'CROSS'
  if (reader.takeWords('JOIN') || reader.takeWords('INNER', 'JOIN')) return 'INNER'
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (reader.takeWords(type, 'JOIN') || reader.takeWords(type, 'OUTER', 'JOIN')) return type
  }
  return undefined
}

function joinCriteria(reader: TokenReader, joined: Relation): Pick<Join, 'on' | 'using'> {
  if (reader.takeWords('ON')) return { on: reader.expression() }
  if (reader.takeWords('USING')) return { using: reader.nameList() }
  const hint = 'Add ON … or USING (…), or write CROSS JOIN.'
  return reader.refuse('This JOIN has no condition.', placeOf(joined), 'OCG2050', hint)
}

/** Where a relation is pointed to: by its first name. */
function placeOf(relation: Relation): Span {
  let first = relation
  while (first.kind === 'join') first = first.left
  return first.kind === 'table' ? (first.name[0] ?? first) : first
}

function parseAliased(reader: TokenReader): Relation {
  const relation = parseRelationPrimary(reader)
  if (reader.isWords('TABLESAMPLE')) reader.refuse('TABLESAMPLE gives another answer each time.')
  if (reader.isWords('MATCH_RECOGNIZE')) reader.refuse('MATCH_RECOGNIZE is not supported.')
  const aliased = reader.takeWords('AS') || reader.isBareAlias()
  if (!aliased) return relation
  const alias = reader.expectName('an alias')
  const columns = reader.isOperator('(') ? reader.nameList() : undefined
  if (relation.kind === 'join') return reader.refuse('An alias of a join in parentheses is not supported.')
  return { ...relation, alias, ...(columns && { columns }), ...reader.spanFrom(relation.start) }
}

function parseRelationPrimary(reader: TokenReader): Relation {
  const { start } = reader.peek()
  if (reader.takeWords('LATERAL')) {
    const query = parseSubquery(reader)
    return { kind: 'subquery', lateral: true, query, ...reader.spanFrom(start) }
  }
  if (reader.takeWords('UNNEST')) {
    reader.expectOperator('(')
    const expressions = reader.list(() => reader.expression())
    reader.expectOperator(')')
    const ordinality = reader.takeWords('WITH', 'ORDINALITY')
    return { kind: 'unnest', expressions, ordinality, ...reader.spanFrom(start) }
  }
  if (reader.isOperator('(')) {
    const query = startsQuery(reader, 1) ? tryParse(reader, () => parseSubquery(reader)) : undefined
    if (query) return { kind: 'subquery', lateral: false, query, ...reader.spanFrom(start) }
    reader.expectOperator('(')
    const relation = parseRelation(reader)
    reader.expectOperator(')')
    return relation
  }
  if (reader.isWords('TABLE') && reader.isOperator('(', 1))
    reader.refuse('Table functions are not supported.', reader.peek(), 'OCG2055', FROM_TAKES)
  const name = [reader.expectName('the name of a table')]
  while (reader.takeOperator('.')) name.push(reader.expectName())
  if (reader.isOperator('(')) {
    const called = name.at(-1)
    reader.refuse(`The function ${called?.text} gives a value, not a table.`, called, 'OCG2055', FROM_TAKES)
  }
  return { kind: 'table', name, ...reader.spanFrom(start) }
}
