import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lex } from './lex.js'

const kinds = (sql: string) => lex(sql).tokens.map(({ kind, text }) => `${kind} ${text}`)
const problems = (sql: string) =>
  lex(sql).problems.map(({ code, start, end }) => `${code} ${JSON.stringify(sql.slice(start, end))}`)

describe('lex', () => {
  test('reads names, numbers, texts and operators', () => {
    expect(kinds(`SELECT "a""b".c_1, 1.5E-3, .5, 1., 'it''s', U&'\\0041', X'41' <> x -> y`)).toEqual([
      'identifier SELECT',
      'quotedIdentifier "a""b"',
      'operator .',
      'identifier c_1',
      'operator ,',
      'number 1.5E-3',
      'operator ,',
      'number .5',
      'operator ,',
      'number 1.',
      'operator ,',
      "string 'it''s'",
      'operator ,',
      "unicodeString U&'\\0041'",
      'operator ,',
      "binaryString X'41'",
      'operator <>',
      'identifier x',
      'operator ->',
      'identifier y',
    ])
    expect(lex(`'it''s'`).tokens[0]?.value).toBe("it's")
    expect(lex('"a""b"').tokens[0]?.value).toBe('a"b')
  })

  test('a backslash escapes nothing, and comments do not nest', () => {
    expect(kinds(`'\\' x`)).toEqual(["string '\\'", 'identifier x'])
    expect(kinds('/* /* */ x */')).toEqual(['identifier x', 'operator *', 'operator /'])
    expect(kinds('a -- b\rc')).toEqual(['identifier a', 'identifier c'])
    expect(kinds('a - -1')).toEqual(['identifier a', 'operator -', 'operator -', 'number 1'])
  })

  test('reads placeholders as whole names', () => {
    expect(lex('$args.user+$args.userId').tokens.map(({ value }) => value)).toEqual(['user', '+', 'userId'])
    expect(lex("'%$args.name% $args $args. $args.x'").tokens[0]?.placeholders).toEqual([
      { name: 'name', start: 2, end: 12 },
      { name: 'x', start: 27, end: 34 },
    ])
    expect(lex('$join_table( Likes )').tokens[0]).toMatchObject({ kind: 'joinTable', value: 'likes' })
  })

  test.each([
    ["SELECT 'abc", `OCG2001 "'"`],
    ['SELECT "abc', 'OCG2001 "\\""'],
    ["SELECT U&'abc", 'OCG2001 "U"'],
    ['SELECT `abc', 'OCG2001 "`"'],
    ['SELECT /* abc', 'OCG2002 "/*"'],
    ['SELECT `abc`', 'OCG2003 "`abc`"'],
    ['SELECT 1abc', 'OCG2003 "1abc"'],
    ['SELECT 0x1F', 'OCG2003 "0x1F"'],
    ['SELECT #', 'OCG2003 "#"'],
    ['SELECT \u00a0', 'OCG2003 "\u00a0"'],
    ['SELECT \u{1f600}', 'OCG2003 "\u{1f600}"'],
    ['-- $args.a', 'OCG2004 "$args.a"'],
    ['/* $args.a */', 'OCG2004 "$args.a"'],
    ['"$args.a"', 'OCG2004 "$args.a"'],
    ["U&'$args.a'", 'OCG2004 "$args.a"'],
    ["X'$args.a'", 'OCG2004 "$args.a"'],
    ['$arg.a', 'OCG2005 "$arg"'],
    ['$args', 'OCG2005 "$args"'],
    ['$ARGS.a', 'OCG2005 "$ARGS"'],
    ['$1', 'OCG2005 "$"'],
    ['$join_table', 'OCG2006 "$join_table"'],
    ['$join_table()', 'OCG2006 "$join_table"'],
    ['$join_table("a")', 'OCG2006 "$join_table"'],
  ])('%s is a problem', (sql, expected) => {
    expect(problems(sql)[0]).toBe(expected)
  })

  test('covers every text without gaps that count, and never throws', () => {
    const alphabet = [...`'"\`-/*$.args_1eEuUxX&() \n\\;:!?`, '$args.a', "''", '\u{1f600}', '\ud800', '\0']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 30 }), (parts) => {
        const sql = parts.join('')
        let at = 0
        for (const { start, end, text } of lex(sql).tokens) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeGreaterThan(start)
          if (sql[start] !== '`') expect(sql.slice(start, end)).toBe(text)
          at = end
        }
        for (const { start, end } of lex(sql).problems) expect(end).toBeGreaterThan(start)
      }),
      { numRuns: 3000 },
    )
  })

  test('a million characters take no noticeable time', () => {
    const start = performance.now()
    lex(`SELECT ${"'$args.a$'||".repeat(80_000)}''`)
    lex("'a',".repeat(200_000))
    lex(`SELECT ${'-'.repeat(1_000_000)}`)
    lex('/*'.repeat(300_000))
    lex("'".repeat(1_000_001))
    expect(performance.now() - start).toBeLessThan(4000)
  })
})
