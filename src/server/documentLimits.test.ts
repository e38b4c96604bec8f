import { getIntrospectionQuery, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { checkDocumentLimits } from './documentLimits.js'
import { DEFAULT_SERVER_LIMITS } from './limits.js'

const check = (text: string, changes = {}) =>
  checkDocumentLimits(parse(text), { ...DEFAULT_SERVER_LIMITS, ...changes }).map((error) => error.message)

const nested = (levels: number) => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`

describe('the limits of a document', () => {
  it('let the introspection of every tool pass', () => {
    const everything = {
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }
    expect(check(getIntrospectionQuery(everything))).toEqual([])
    expect(check(getIntrospectionQuery(everything), { maxDepth: 1, maxAliases: 1 })).toEqual([])
  })

  it('count levels of fields', () => {
    expect(check(nested(15))).toEqual([])
    expect(check(nested(16))).toEqual(['The document has too many levels of nested fields; the limit is 15.'])
  })

  it('count levels through fragments of both kinds', () => {
    const text = 'query { a { ...F } } fragment F on T { b { ... on T { c } } }'
    expect(check(text, { maxDepth: 3 })).toEqual([])
    expect(check(text, { maxDepth: 2 })).toHaveLength(1)
  })

  it('end their own recursion early, however deep the document is', () => {
    expect(check(nested(1500))).toEqual([
      'The document has too many levels of nested fields; the limit is 15.',
    ])
  })

  it('count aliases wherever a fragment is spread', () => {
    const text = 'query { x { ...F } y { ...F } } fragment F on T { p: a q: a }'
    // Four where it is spread and two where it stands.
    expect(check(text, { maxAliases: 6 })).toEqual([])
    expect(check(text, { maxAliases: 5 })).toEqual(['The document has too many aliases; the limit is 5.'])
  })

  it('count fields that fragments multiply in time that does not multiply', () => {
    const fragments = Array.from(
      { length: 200 },
      (_, i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`,
    )
    const start = performance.now()
    const errors = check(`{ ...F0 } ${fragments.join(' ')} fragment F200 on T { a }`)
    expect(performance.now() - start).toBeLessThan(500)
    expect(errors).toContain('The document has too many fields; the limit is 2,000.')
  })

  it('survive fragments that spread themselves and ones that are missing', () => {
    expect(check('{ ...A ...Gone } fragment A on T { a ...B } fragment B on T { ...A }')).toEqual([])
  })

  it('count the fields at the top, operations and introspections', () => {
    const many = (count: number, part: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => part(i)).join(' ')
    expect(check(`{ ${many(51, () => 'a')} }`)).toEqual([
      'The document has too many fields at the top of one operation; the limit is 50.',
    ])
    expect(check(many(21, (i) => `query Q${i} { a }`))).toEqual([
      'The document has too many operations; the limit is 20.',
    ])
    expect(check(`{ ${many(11, () => '__schema { a }')} }`)).toEqual([
      'The document has too many introspection fields; the limit is 10.',
    ])
  })
})
