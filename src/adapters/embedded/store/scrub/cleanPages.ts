import {
  branchEnd,
  childAt,
  dataAt,
  gapOf,
  keyAt,
  kindOf,
  type Meta,
  nodeAt,
  nodeCount,
  PAGE_HEADER,
} from './layout.js'
import { neutralise } from './neutralKey.js'
import type { PageFile } from './pageFile.js'

/** A walk through the file's pages. */
export interface CleanWalk {
  readonly file: PageFile
  readonly pageBytes: number
  /** One byte a page; 1 for those that have been met. */
  readonly met: Uint8Array
  /** Called before each page, or before so many; what it answers is waited for. */
  readonly onPage: (pages?: number) => Promise<void> | undefined
  /** Pages that had to be changed. */
  changed: number
}

/** What a tree's pages are about. Only keys of sections are keys of rows, and in the order of their bytes. */
type TreeKind = 'free' | 'names' | 'section'

/**
 * Walks through all that a meta page leads to, leaving out what has been met already, and clears what nobody reads
 * there: the gaps of pages, the bytes between nodes, the rest of runs, and separators that repeat keys.
 */
export async function cleanReachable(walk: CleanWalk, meta: Meta): Promise<void> {
  await cleanTree(walk, meta.freeRoot, 'free')
  await cleanTree(walk, meta.mainRoot, 'names')
}

/** A branch page on the way to the page that is looked at. */
interface Frame {
  readonly number: number
  readonly page: Buffer
  readonly count: number
  /** The child that comes next. */
  next: number
  /** Last key of the children before it; undefined when that was left out. */
  below: Buffer | undefined
  isChanged: boolean
}

async function cleanTree(walk: CleanWalk, root: number | undefined, kind: TreeKind): Promise<void> {
  if (root === undefined || walk.met[root]) return
  const path: Frame[] = []
  const subTrees: number[] = []
  let number: number | undefined = root
  while (number !== undefined) {
    const pause = walk.onPage()
    if (pause) await pause
    const last: Entered = walk.met[number] ? undefined : enter(walk, number, path, subTrees)
    number = last === 'branch' ? childOf(path) : leave(walk, path, last, kind)
  }
  for (const tree of subTrees) await cleanTree(walk, tree, 'section')
}

/** What has been found: a branch, or a leaf with its last key, if it has one. */
type Entered = 'branch' | Buffer | undefined

/** Looks at a page for the first time. A leaf is then done with. */
function enter(walk: CleanWalk, number: number, path: Frame[], subTrees: number[]): Entered {
  const page = Buffer.allocUnsafe(walk.pageBytes)
  walk.file.read(page, number * walk.pageBytes)
  walk.met[number] = 1
  const kind = kindOf(page, number)
  if (kind === 'overflow') throw new Error(`Page ${number} of the store's file belongs to no tree.`)
  const count = nodeCount(page)
  if (kind === 'branch') {
    path.push({ number, page, count, next: 0, below: undefined, isChanged: cleanBranch(page, count) })
    return 'branch'
  }
  if (cleanLeaf(walk, page, count, subTrees)) write(walk, number, page)
  return count === 0 ? undefined : Buffer.from(keyAt(page, nodeAt(page, count - 1)))
}

function childOf(path: readonly Frame[]): number | undefined {
  const frame = path.at(-1)
  return frame && childAt(frame.page, nodeAt(frame.page, frame.next))
}

/** Goes up from a page that is done, and on to the next one; `last` is the last key there. */
function leave(walk: CleanWalk, path: Frame[], last: Buffer | undefined, kind: TreeKind): number | undefined {
  for (let frame = path.at(-1); frame; frame = path.at(-1)) {
    frame.next += 1
    if (frame.next < frame.count) {
      if (kind === 'section' && last) {
        const separator = keyAt(frame.page, nodeAt(frame.page, frame.next))
        if (neutralise(separator, last)) frame.isChanged = true
      }
      return childOf(path)
    }
    if (frame.isChanged) write(walk, frame.number, frame.page)
    path.pop()
  }
  return undefined
}

function cleanBranch(page: Buffer, count: number): boolean {
  let changed = clear(page, gapOf(page).start, gapOf(page).end)
  for (let index = 0; index < count; index++) {
    if (clearPadding(page, branchEnd(page, nodeAt(page, index)))) changed = true
  }
  return changed
}

function cleanLeaf(walk: CleanWalk, page: Buffer, count: number, subTrees: number[]): boolean {
  const gap = gapOf(page)
  let changed = clear(page, gap.start, gap.end)
  for (let index = 0; index < count; index++) {
    const data = dataAt(page, nodeAt(page, index))
    if (clearPadding(page, data.end)) changed = true
    if (data.kind === 'tree' && data.root !== undefined) subTrees.push(data.root)
    if (data.kind !== 'run') continue
    if (walk.met[data.first]) continue
    walk.met.fill(1, data.first, data.first + data.pages)
    cleanRest(walk, data.first * walk.pageBytes + PAGE_HEADER + data.bytes, data.first + data.pages)
  }
  return changed
}

/** Clears the end of a run of pages, behind its data. */
function cleanRest(walk: CleanWalk, from: number, endPage: number): void {
  const rest = Buffer.allocUnsafe(endPage * walk.pageBytes - from)
  walk.file.read(rest, from)
  if (!clear(rest, 0, rest.length)) return
  walk.file.write(rest, from)
  walk.changed += 1
}

/** Nodes begin at even bytes. */
function clearPadding(page: Buffer, end: number): boolean {
  return end % 2 === 1 && end < page.length && clear(page, end, end + 1)
}

/** Tells whether there was anything. */
function clear(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0) continue
    bytes.fill(0, at, end)
    return true
  }
  return false
}

function write(walk: CleanWalk, number: number, page: Buffer): void {
  walk.file.write(page, number * walk.pageBytes)
  walk.changed += 1
}

const RUN_PAGES = 64

/** Clears every page that has not been met, up to the file's end. */
export async function clearUnmet(walk: CleanWalk): Promise<void> {
  const { file, met, pageBytes } = walk
  const zeros = Buffer.alloc(RUN_PAGES * pageBytes)
  const found = Buffer.allocUnsafe(RUN_PAGES * pageBytes)
  for (let first = 0; first < met.length; ) {
    if (met[first]) {
      first += 1
      continue
    }
    let end = first + 1
    while (end < met.length && end - first < RUN_PAGES && !met[end]) end += 1
    const pause = walk.onPage(end - first)
    if (pause) await pause
    const bytes = (end - first) * pageBytes
    file.read(found.subarray(0, bytes), first * pageBytes)
    if (!found.subarray(0, bytes).equals(zeros.subarray(0, bytes))) {
      file.write(zeros.subarray(0, bytes), first * pageBytes)
      walk.changed += end - first
    }
    first = end
  }
}
