import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, expect, it } from 'vitest'
import { packFile, zip } from '../../src/deploy/assets/zip.js'
import { temporaryFolder } from './deployments.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const FILES = [
  ['index.js', packFile(Buffer.from('exports.handler = 1\n'.repeat(1000)))],
  ['slice.json', packFile(Buffer.from('{"ä":1}'))],
] as const

it('writes what others read', () => {
  const bytes = zip(FILES)
  const unpacked = unzipSync(bytes)
  expect(Object.keys(unpacked)).toEqual(['index.js', 'slice.json'])
  expect(Buffer.from(unpacked['slice.json'] as Uint8Array).toString()).toBe('{"ä":1}')
  expect(unpacked['index.js']?.length).toBe(20_000)
})

it('writes what a reader by the file format reads, with right check sums and readable files', () => {
  const file = join(folder.path, 'a.zip')
  writeFileSync(file, zip(FILES))
  const listing = execFileSync(process.execPath, ['-e', CENTRAL_DIRECTORY, file]).toString()
  expect(JSON.parse(listing)).toEqual([
    { name: 'index.js', mode: '100644', good: true },
    { name: 'slice.json', mode: '100644', good: true },
  ])
})

it('gives the same bytes for the same files', () => {
  expect(Buffer.from(zip(FILES)).equals(Buffer.from(zip(FILES)))).toBe(true)
})

/** Reads the central directory of a zip and inflates each file with zlib, whose crc32 the header must have. */
const CENTRAL_DIRECTORY = `
const zlib = require('node:zlib')
const bytes = require('node:fs').readFileSync(process.argv[1])
const end = bytes.lastIndexOf(Buffer.from('PK\\x05\\x06', 'latin1'))
const files = []
let at = bytes.readUInt32LE(end + 16)
for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
  const [crc, size, full, nameLength, extra, comment] = [
    bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24),
    bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32),
  ]
  const local = bytes.readUInt32LE(at + 42)
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  const packed = bytes.subarray(start, start + size)
  const content = zlib.inflateRawSync(packed)
  // A gzip of the content carries its check sum.
  const sum = zlib.gzipSync(content).readUInt32LE(zlib.gzipSync(content).length - 8)
  files.push({
    name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
    mode: (bytes.readUInt32LE(at + 38) >>> 16).toString(8),
    good: sum === crc && content.length === full,
  })
  at += 46 + nameLength + extra + comment
}
console.log(JSON.stringify(files))
`
