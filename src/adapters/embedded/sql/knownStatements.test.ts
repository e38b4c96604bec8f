import { expect, test } from 'vitest'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Image } from './image.js'
import { knownStatements } from './knownStatements.js'

function tables(...names: readonly string[]): Image['tables'] {
  const columns = (name: string): LakeTable =>
    ({
      kind: 'entity',
      name,
      idColumn: 'id',
      partitionColumns: [],
      columns: [{ name: 'id', type: { kind: 'string' }, nullable: false }],
    }) as unknown as LakeTable
  return new Map(
    names.map((name) => [name, { table: columns(name), rowOf: () => ({ id: '', values: [] }) as never }]),
  )
}

test('a statement that is asked again is the same one, with what was found out about it', () => {
  const known = knownStatements()
  const shown = tables('play')
  const first = known.translate('SELECT id FROM play', shown)
  expect(first).toMatchObject({ columns: ['id'], tables: ['play'], checked: { passed: false } })
  expect(known.translate('SELECT id FROM play', shown)).toBe(first)
  expect(known.translate('SELECT id FROM play ', shown)).not.toBe(first)
})

test('under other tables it is another one', () => {
  const known = knownStatements()
  const before = tables('play', 'song')
  const first = known.translate('SELECT id FROM song', before)
  expect(() => known.translate('SELECT id FROM song', tables('play'))).toThrow()
  expect(known.translate('SELECT id FROM song', before)).not.toBe(first)
})

test('only so many are kept, those that were asked last', () => {
  const known = knownStatements()
  const shown = tables('play')
  const first = known.translate('SELECT id FROM play', shown)
  const second = known.translate('SELECT id AS b FROM play', shown)
  for (let n = 0; n < 499; n++) {
    known.translate(`SELECT id AS c${n} FROM play`, shown)
    if (n % 100 === 0) known.translate('SELECT id FROM play', shown)
  }
  expect(known.translate('SELECT id FROM play', shown)).toBe(first)
  expect(known.translate('SELECT id AS b FROM play', shown)).not.toBe(second)
})

test('a very long text is not kept', () => {
  const known = knownStatements()
  const shown = tables('play')
  const text = `SELECT id FROM play WHERE id = '${'x'.repeat(20_000)}'`
  expect(known.translate(text, shown)).not.toBe(known.translate(text, shown))
})
