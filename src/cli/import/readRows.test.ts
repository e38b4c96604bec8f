import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImportRow } from '../../runtime/import/importRow.js'
import { csvHeader, csvLine } from '../export/csvText.js'
import { CsvFileError, readCsv } from './readCsv.js'
import { readJsonLines } from './readJsonLines.js'
import { MAX_LINE_BYTES } from './wholeLines.js'

/** A stream of a text in pieces of a few bytes, so that every boundary is met. */
function inPieces(text: string | Buffer, size: number): Readable {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let from = 0; from < bytes.length; from += size) pieces.push(bytes.subarray(from, from + size))
  return Readable.from(pieces)
}

async function all(batches: AsyncIterable<readonly ImportRow[]>): Promise<ImportRow[]> {
  const rows: ImportRow[] = []
  for await (const batch of batches) rows.push(...batch)
  return rows
}

const csv = (text: string | Buffer, size = 1000, columns = ['id', 'name', 'b']) =>
  all(readCsv(inPieces(text, size), { columns, checkHeader: () => undefined }))

describe('JSON lines', () => {
  test.each([1, 2, 7, 1000])('are read by line, in pieces of %i bytes', async (size) => {
    const text = '\uFEFF{"id":1}\r\n\n[1]\n{"id":\n{"id":"é🎵"}\n"x"'
    expect(await all(readJsonLines(inPieces(text, size)))).toEqual([
      { line: 1, values: { id: 1 } },
      { line: 3, unreadable: 'The line is JSON, but not an object.' },
      { line: 4, unreadable: 'The line is not JSON; one object a line is expected.' },
      { line: 5, values: { id: 'é🎵' } },
      { line: 6, unreadable: 'The line is JSON, but not an object.' },
    ])
  })

  test('that are not UTF-8 are bad by themselves', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"id":"a"}\n{"id":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n{"id":"ü"}'),
    ])
    expect(await all(readJsonLines(inPieces(bytes, 1000)))).toEqual([
      { line: 1, values: { id: 'a' } },
      { line: 2, unreadable: 'The line is not UTF-8 text.' },
      { line: 3, values: { id: 'ü' } },
    ])
  })

  test('that are too long are left out, and not kept in memory', async () => {
    const long = `{"id":"${'x'.repeat(MAX_LINE_BYTES)}"}`
    const rows = await all(readJsonLines(inPieces(`{"id":1}\n${long}\n{"id":3}\n`, 1_000_000)))
    expect(rows).toEqual([
      { line: 1, values: { id: 1 } },
      { line: 2, unreadable: `The line is longer than ${MAX_LINE_BYTES} bytes.` },
      { line: 3, values: { id: 3 } },
    ])
  })

  test('of an empty file are none', async () => {
    expect(await all(readJsonLines(Readable.from([])))).toEqual([])
  })
})

describe('CSV', () => {
  test.each([1, 3, 1000])('is read by line, in pieces of %i bytes', async (size) => {
    const text =
      '\uFEFFID,name,B\r\n1,"a\r\nb",""\n\n2,,x\n3,"x"y,z\n4,q "r",é\n5,q\n6,"a ""b"", c",\n7,"unclosed,\n8,a,b\n'
    expect(await csv(text, size)).toEqual([
      { line: 2, values: { id: '1', name: 'a\r\nb', b: '' } },
      { line: 5, values: { id: '2', name: null, b: 'x' } },
      { line: 6, unreadable: 'A quotation mark inside a quoted cell is not doubled.' },
      { line: 7, values: { id: '4', name: 'q "r"', b: 'é' } },
      { line: 8, unreadable: 'The row has 2 cells, but the header names 3 columns.' },
      { line: 9, values: { id: '6', name: 'a "b", c', b: null } },
      { line: 10, unreadable: 'A quotation mark is opened here and never closed.' },
    ])
  })

  test('without a header, with a bad one, or in another encoding is no file to import', async () => {
    await expect(csv('')).rejects.toThrow(CsvFileError)
    await expect(csv('id,,b\n')).rejects.toThrow('A column of the header has no name.')
    await expect(csv(Buffer.from('id,name\n1,\xfc\n', 'latin1'))).rejects.toThrow(
      'The file is not UTF-8 text',
    )
  })

  test('gives back every text that was written', async () => {
    const cell = fc.option(
      fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text)),
      { nil: undefined },
    )
    const rows = fc.array(fc.record({ id: fc.constant('x'), name: cell, b: cell }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (written, size) => {
        const columns = ['id', 'name', 'b']
        const lines = written.map((row) => csvLine(columns, JSON.parse(JSON.stringify(row))))
        const read = await csv(csvHeader(columns) + lines.join(''), size)
        expect(read.map((row) => ('values' in row ? row.values : row))).toEqual(
          written.map(({ id, name, b }) => ({ id, name: name ?? null, b: b ?? null })),
        )
      }),
      { numRuns: 300 },
    )
  })
})
