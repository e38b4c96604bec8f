import { describe, expect, test } from 'vitest'
import type { Diagnostic } from './diagnostic.js'
import { renderFrame } from './frame.js'
import { renderDiagnostic, renderDiagnostics } from './renderDiagnostic.js'
import { indexSource, positionAt } from './sourceText.js'
import { didYouMean, suggest } from './suggest.js'

const SOURCE = indexSource({ file: 'shop.graphql', text: 'type Post {\n\tauthor: User\n}\n' })
const AUTHOR = positionAt(SOURCE, 21, 4)

describe('positions', () => {
  test('lines and columns count from 1', () => {
    expect(AUTHOR).toEqual({ file: 'shop.graphql', line: 2, column: 10, offset: 21, length: 4 })
    expect(positionAt(SOURCE, 0)).toMatchObject({ line: 1, column: 1 })
  })

  test('lines end at LF, CRLF and CR', () => {
    const source = indexSource({ file: 'a', text: 'a\nb\r\nc\rd' })
    expect(source.lineStarts).toEqual([0, 2, 5, 7])
    expect(positionAt(source, 7)).toMatchObject({ line: 4, column: 1 })
  })

  test('places outside the text are clamped to it', () => {
    expect(positionAt(SOURCE, 1000, 50)).toMatchObject({
      offset: SOURCE.text.length,
      length: 1,
      line: 4,
      column: 1,
    })
    expect(positionAt(SOURCE, -5, 2)).toMatchObject({ offset: 0 })
    expect(positionAt(indexSource({ file: 'a', text: '' }), 0)).toMatchObject({
      line: 1,
      column: 1,
      length: 1,
    })
  })
})

describe('frames', () => {
  test('show the line with its neighbours and a marker under what is wrong', () => {
    expect(renderFrame(SOURCE, AUTHOR)).toBe(
      '  1 | type Post {\n> 2 | \tauthor: User\n    | \t        ^^^^\n  3 | }',
    )
  })

  test('mark no more than the line, however long the mistake is', () => {
    expect(renderFrame(SOURCE, positionAt(SOURCE, 21, 100))).toContain('^^^^\n  3')
  })

  test('cut long lines around the place', () => {
    const source = indexSource({ file: 'a', text: `${'x'.repeat(500)}HERE${'y'.repeat(500)}` })
    const [line = '', marker = ''] = renderFrame(source, positionAt(source, 500, 4)).split('\n')
    expect(line.length).toBeLessThan(140)
    expect(line.slice(marker.indexOf('^'), marker.lastIndexOf('^') + 1)).toBe('HERE')
  })

  test('show no control character of the schema', () => {
    const source = indexSource({ file: 'a', text: 'type \u001b[31mA\u0007 \u202e{' })
    const frame = renderFrame(source, positionAt(source, 5))
    expect(frame).toContain('> 1 | type \uFFFD[31mA\uFFFD \uFFFD{')
  })
})

describe('diagnostics', () => {
  const diagnostic: Diagnostic = {
    code: 'OCG1041',
    severity: 'error',
    message: 'Field author of Post has the type User.',
    position: AUTHOR,
    frame: renderFrame(SOURCE, AUTHOR),
    hint: 'Store the id instead:\nauthorId: ID',
    related: [{ message: 'User is defined here.', position: positionAt(SOURCE, 5, 4) }],
  }

  test('are plain text by default', () => {
    expect(renderDiagnostic(diagnostic)).toBe(`error OCG1041: Field author of Post has the type User.
  at shop.graphql:2:10

    1 | type Post {
  > 2 | \tauthor: User
      | \t        ^^^^
    3 | }

  hint: Store the id instead:
        authorId: ID
  see: User is defined here. (shop.graphql:1:6)`)
  })

  test('have colours when asked, and the same text', () => {
    const coloured = renderDiagnostic(diagnostic, { colors: true })
    const ESC = String.fromCharCode(27)
    expect(coloured).toContain(`${ESC}[`)
    expect(coloured.replaceAll(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(renderDiagnostic(diagnostic))
  })

  test('end with a count', () => {
    const warning: Diagnostic = { ...diagnostic, severity: 'warning' }
    expect(renderDiagnostics([diagnostic]).endsWith('\n\n1 error')).toBe(true)
    expect(renderDiagnostics([diagnostic, diagnostic, warning]).endsWith('\n\n2 errors, 1 warning')).toBe(
      true,
    )
    expect(renderDiagnostics([warning, warning]).endsWith('\n\n2 warnings')).toBe(true)
  })
})

describe('suggestions', () => {
  test.each([
    ['Strng', ['String', 'Int'], 'Did you mean "String"?'],
    ['usre', ['user', 'useless', 'post'], 'Did you mean "user"?'],
    ['USER', ['user'], 'Did you mean "user"?'],
    ['ab', ['abc', 'abd', 'abe', 'abf'], 'Did you mean "abc", "abd" or "abe"?'],
    ['quite', ['else'], undefined],
    ['a', ['b'], undefined],
    ['x'.repeat(100_000), ['y'.repeat(100_000)], undefined],
  ])('%s', (written, names, expected) => {
    expect(didYouMean(written, names)).toBe(expected)
  })

  test('put the nearest first', () => {
    expect(suggest('title', ['titles', 'tile', 'title2', 'tilte'])).toEqual(['tile', 'tilte', 'title2'])
  })
})
