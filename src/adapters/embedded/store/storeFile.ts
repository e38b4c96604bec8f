import { open } from 'node:fs/promises'
import { endianness } from 'node:os'

/**
 * Looks at a store's file before LMDB does: LMDB-js 3.5.6 ends the process, instead of throwing, when the file is
 * none of LMDB's, and the system ends it when LMDB reads pages that the file has lost. Answers what is wrong, as the
 * end of a sentence, or undefined.
 *
 * Rejects with the system's error when the file can't be read; a missing or empty one is no mistake.
 */
export async function inspectStoreFile(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return undefined
  try {
    const head = Buffer.alloc(MAX_PAGE_BYTES + META_END)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    if (bytesRead === 0) return undefined
    const mistake = metaMistake(head.subarray(0, bytesRead))
    if (mistake) return mistake
    const pageBytes = head.readUInt32LE(META + PAGE_BYTES)
    const pages = lastPage(head, pageBytes) + 1
    // After the head: whoever writes meanwhile grows the file first.
    const { size } = await file.stat()
    return size / pageBytes + UNWRITTEN_PAGES < pages ? 'has lost its end' : undefined
  } finally {
    await file.close()
  }
}

/**
 * Layout of a meta page of LMDB 0.9.90, of which the first two pages of a file each are one. Offsets in bytes.
 * Source: `MDB_page`, `MDB_meta` and `MDB_db` in LMDB's mdb.c.
 */
const META = 24
const MAGIC = 0
const PAGE_BYTES = 24
const LAST_PAGE = 120
const TRANSACTION = 128
const META_END = META + TRANSACTION + 8

const MAGIC_NUMBER = 0xbeefc0de
const MAX_PAGE_BYTES = 65_536

/** LMDB counts pages that a transaction took and gave back without writing them; the last ones may be such. */
const UNWRITTEN_PAGES = 16

function metaMistake(head: Buffer): string | undefined {
  // LMDB's files have the byte order of their machine.
  if (endianness() !== 'LE') return undefined
  if (head.length < META_END || head.readUInt32LE(META + MAGIC) !== MAGIC_NUMBER)
    return 'is no file of a store'
  const pageBytes = head.readUInt32LE(META + PAGE_BYTES)
  if (pageBytes < 256 || pageBytes > MAX_PAGE_BYTES) return 'is no file of a store'
  if (head.length < pageBytes + META_END) return 'has lost its end'
  return head.readUInt32LE(pageBytes + META + MAGIC) === MAGIC_NUMBER ? undefined : 'is damaged at its head'
}

/** Number of the last page by the later one of the two meta pages. */
function lastPage(head: Buffer, pageBytes: number): number {
  const [first, second] = [META, pageBytes + META]
  const latest =
    head.readBigUInt64LE(first + TRANSACTION) >= head.readBigUInt64LE(second + TRANSACTION) ? first : second
  return Number(head.readBigUInt64LE(latest + LAST_PAGE))
}
