import { readFile } from 'node:fs/promises'

/** A store's file, taken apart page by page; shares no code with what clears it. */
export interface DecodedStoreFile {
  readonly pages: number
  /** Numbers of pages that nothing leads to, and that hold something. */
  readonly dirtyFreePages: readonly number[]
  /** Numbers of pages with something between their nodes, or behind a long value. */
  readonly dirtyGaps: readonly number[]
  /** Every key and every value, and every separator, as text. */
  readonly keys: readonly string[]
  readonly values: readonly string[]
  readonly separators: readonly string[]
}

/** By the header of LMDB's mdb.c: pages with a header of 24 bytes, nodes with one of 8. */
const HEADER = 24

export async function decodeStoreFile(path: string): Promise<DecodedStoreFile> {
  const file = await readFile(path)
  const pageBytes = file.readUInt32LE(48)
  const pages = Math.ceil(file.length / pageBytes)
  const used = new Set([0, 1])
  const dirtyGaps: number[] = []
  const keys: string[] = []
  const values: string[] = []
  const separators: string[] = []
  const number = (at: number) => Number(file.readBigUInt64LE(at))

  function runOf(first: number, bytes: number, page: number): Buffer {
    const count = file.readUInt32LE(first * pageBytes + 20)
    for (let one = first; one < first + count; one++) used.add(one)
    const start = first * pageBytes + HEADER
    if (file.subarray(start + bytes, (first + count) * pageBytes).some((byte) => byte !== 0))
      dirtyGaps.push(page)
    return file.subarray(start, start + bytes)
  }

  function visit(page: number, isSection: boolean): void {
    if (used.has(page)) return
    used.add(page)
    const start = page * pageBytes
    const [flags, lower, upper] = [18, 20, 22].map((at) => file.readUInt16LE(start + at)) as [
      number,
      number,
      number,
    ]
    if (number(start) !== page || (flags !== 1 && flags !== 2)) throw new Error(`page ${page} is broken`)
    const covered = Buffer.alloc(pageBytes)
    covered.fill(1, 0, HEADER + lower)
    for (let index = 0; index < lower / 2; index++) {
      const offset = HEADER + file.readUInt16LE(start + HEADER + 2 * index)
      const node = start + offset
      const keyEnd = node + 8 + file.readUInt16LE(node + 6)
      const key = file.subarray(node + 8, keyEnd)
      const low = file.readUInt32LE(node)
      const nodeFlags = file.readUInt16LE(node + 4)
      if (flags === 1) {
        covered.fill(1, offset, keyEnd - start)
        if (isSection) separators.push(key.toString('latin1'))
        visit(low + nodeFlags * 2 ** 32, isSection)
        continue
      }
      if (isSection) keys.push(key.toString('latin1'))
      covered.fill(1, offset, keyEnd - start + (nodeFlags & 1 ? 24 : low))
      if (nodeFlags & 1) {
        const value = runOf(number(keyEnd), low, page)
        if (isSection) values.push(value.toString('latin1'))
      } else if (nodeFlags & 2) {
        tree(keyEnd, true)
      } else if (isSection) {
        values.push(file.toString('latin1', keyEnd, keyEnd + low))
      }
    }
    if (HEADER + upper > pageBytes) throw new Error(`page ${page} is broken`)
    for (let at = 0; at < pageBytes; at++) {
      if (covered[at] || file[start + at] === 0) continue
      dirtyGaps.push(page)
      break
    }
  }

  function tree(record: number, isSection: boolean): void {
    if (file.readBigUInt64LE(record + 40) !== 2n ** 64n - 1n) visit(number(record + 40), isSection)
  }

  // The state before the last one may still be read; its pages count as used.
  const metas = [0, pageBytes].sort((one, other) => number(other + 152) - number(one + 152))
  for (const meta of metas) {
    tree(meta + 48, false)
    tree(meta + 96, false)
  }
  const dirtyFreePages: number[] = []
  for (let page = 0; page < pages; page++) {
    if (used.has(page)) continue
    if (file.subarray(page * pageBytes, (page + 1) * pageBytes).some((byte) => byte !== 0))
      dirtyFreePages.push(page)
  }
  return { pages, dirtyFreePages, dirtyGaps, keys, values, separators }
}
