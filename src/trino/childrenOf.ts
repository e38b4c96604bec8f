import type { Call, Expression, Query, WindowSpec } from './ast.js'

/** What stands directly within an expression, in the order of the text as far as the tree knows it. */
export interface Children {
  readonly expressions: readonly Expression[]
  readonly query?: Query
}

export function childrenOf(node: Expression): Children {
  switch (node.kind) {
    case 'null':
    case 'boolean':
    case 'integer':
    case 'decimal':
    case 'double':
    case 'string':
    case 'binary':
    case 'typedLiteral':
    case 'interval':
    case 'name':
      return { expressions: [] }
    case 'field':
      return { expressions: [node.base] }
    case 'subscript':
      return { expressions: [node.base, node.index] }
    case 'row':
    case 'array':
      return { expressions: node.items }
    case 'logical':
    case 'concat':
      return { expressions: node.terms }
    case 'not':
    case 'isNull':
    case 'sign':
    case 'cast':
    case 'extract':
      return { expressions: [node.operand] }
    case 'comparison':
    case 'distinctFrom':
    case 'arithmetic':
      return { expressions: [node.left, node.right] }
    case 'quantified':
      return { expressions: [node.left], query: node.query }
    case 'between':
      return { expressions: [node.operand, node.low, node.high] }
    case 'inList':
      return { expressions: [node.operand, ...node.items] }
    case 'inQuery':
      return { expressions: [node.operand], query: node.query }
    case 'like':
      return { expressions: [node.operand, node.pattern, ...present(node.escape)] }
    case 'atTimeZone':
      return { expressions: [node.operand, node.zone] }
    case 'case': {
      const whens = node.whens.flatMap(({ when, result }) => [when, result])
      return { expressions: [...present(node.operand), ...whens, ...present(node.else)] }
    }
    case 'exists':
    case 'subquery':
      return { expressions: [], query: node.query }
    case 'lambda':
      return { expressions: [node.body] }
    case 'call':
      return { expressions: partsOfCall(node) }
  }
}

/** The expressions of a window: partitions, order and distances of its frame. */
export function partsOfWindow({ partitionBy, orderBy, frame }: WindowSpec): readonly Expression[] {
  const bounds = [frame?.from, frame?.to].flatMap((bound) => (bound && 'value' in bound ? bound.value : []))
  return [...partitionBy, ...orderBy.map(({ expression }) => expression), ...bounds]
}

function partsOfCall({ args, orderBy, filter, over }: Call): readonly Expression[] {
  const window = over && 'partitionBy' in over ? partsOfWindow(over) : []
  return [...args, ...orderBy.map(({ expression }) => expression), ...present(filter), ...window]
}

function present(expression: Expression | undefined): readonly Expression[] {
  return expression ? [expression] : []
}
