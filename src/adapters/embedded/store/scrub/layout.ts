/**
 * Layout of the file of LMDB 0.9.90 as LMDB-js 3.5.6 builds it, 64 bit, little-endian. Offsets and sizes in bytes.
 * Source: `MDB_page_header`, `MDB_node`, `MDB_ovpage`, `MDB_db` and `MDB_meta` in that package's mdb.c.
 */

/** Version of the data format; another one is laid out in another way. */
export const DATA_VERSION = 2

export const PAGE_HEADER = 24
const PAGE_FLAGS = 18
const PAGE_LOWER = 20
const PAGE_UPPER = 22
const NODE_HEADER = 8

const BRANCH = 0x01
const LEAF = 0x02
const OVERFLOW = 0x04

/** Data of a node is in a run of pages of its own. */
const BIG_DATA = 0x01
/** Data of a node is the root of a tree. */
const SUB_TREE = 0x02
const DUPLICATES = 0x04

const META_MAGIC = 24
const META_VERSION = 28
const META_PAGE_BYTES = 48
const META_FREE_TREE = 48
const META_MAIN_TREE = 96
const META_LAST_PAGE = 144
const META_TRANSACTION = 152
const TREE_ROOT = 40

const MAGIC = 0xbeefc0de
const NO_PAGE = 0xffff_ffff_ffff_ffffn

export interface Meta {
  readonly pageBytes: number
  readonly version: number
  readonly transaction: number
  readonly lastPage: number
  /** Roots of the tree of free pages, and of the one that names the sections. Absent: an empty tree. */
  readonly freeRoot: number | undefined
  readonly mainRoot: number | undefined
}

/** Undefined when the bytes are no meta page. */
export function readMeta(page: Buffer): Meta | undefined {
  if (page.readUInt32LE(META_MAGIC) !== MAGIC) return undefined
  return {
    pageBytes: page.readUInt32LE(META_PAGE_BYTES),
    // Above the format's number there are flags.
    version: page.readUInt32LE(META_VERSION) & 0xffff,
    transaction: Number(page.readBigUInt64LE(META_TRANSACTION)),
    lastPage: Number(page.readBigUInt64LE(META_LAST_PAGE)),
    freeRoot: readRoot(page, META_FREE_TREE),
    mainRoot: readRoot(page, META_MAIN_TREE),
  }
}

function readRoot(bytes: Buffer, tree: number): number | undefined {
  const root = bytes.readBigUInt64LE(tree + TREE_ROOT)
  return root === NO_PAGE ? undefined : Number(root)
}

export type PageKind = 'branch' | 'leaf' | 'overflow'

/** Throws when the page is not the one of this number, or of no kind that the store makes. */
export function kindOf(page: Buffer, number: number): PageKind {
  const flags = page.readUInt16LE(PAGE_FLAGS)
  if (Number(page.readBigUInt64LE(0)) === number) {
    if (flags === BRANCH) return 'branch'
    if (flags === LEAF) return 'leaf'
    if (flags === OVERFLOW) return 'overflow'
  }
  throw new Error(`Page ${number} of the store's file is not what its tree says.`)
}

export function nodeCount(page: Buffer): number {
  return page.readUInt16LE(PAGE_LOWER) >> 1
}

/** The room between the nodes' offsets and the nodes. */
export function gapOf(page: Buffer): { readonly start: number; readonly end: number } {
  return {
    start: PAGE_HEADER + page.readUInt16LE(PAGE_LOWER),
    end: PAGE_HEADER + page.readUInt16LE(PAGE_UPPER),
  }
}

/** Where a node begins. */
export function nodeAt(page: Buffer, index: number): number {
  return PAGE_HEADER + page.readUInt16LE(PAGE_HEADER + 2 * index)
}

/** A node's key, as a view of the page. */
export function keyAt(page: Buffer, node: number): Buffer {
  const start = node + NODE_HEADER
  return page.subarray(start, start + page.readUInt16LE(node + 6))
}

export function childAt(page: Buffer, node: number): number {
  return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32
}

/** Where a node of a branch ends. */
export function branchEnd(page: Buffer, node: number): number {
  return node + NODE_HEADER + page.readUInt16LE(node + 6)
}

export type LeafData =
  | { readonly kind: 'inline'; readonly end: number }
  | { readonly kind: 'tree'; readonly end: number; readonly root: number | undefined }
  /** Data of `bytes` length in a run of pages, after the header of the first. */
  | {
      readonly kind: 'run'
      readonly end: number
      readonly first: number
      readonly pages: number
      readonly bytes: number
    }

/** A leaf node's data; `end` is where the node ends in its page. */
export function dataAt(page: Buffer, node: number): LeafData {
  const bytes = page.readUInt32LE(node)
  const flags = page.readUInt16LE(node + 4)
  const start = node + NODE_HEADER + page.readUInt16LE(node + 6)
  if (flags & DUPLICATES) throw new Error('The store has no section with several values under one key.')
  if (flags & BIG_DATA) {
    const first = Number(page.readBigUInt64LE(start))
    const pages = Number(page.readBigUInt64LE(start + 16))
    return { kind: 'run', end: start + 24, first, pages, bytes }
  }
  const end = start + bytes
  return flags & SUB_TREE ? { kind: 'tree', end, root: readRoot(page, start) } : { kind: 'inline', end }
}
