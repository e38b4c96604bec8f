import type { Environment } from '../environment.js'

/** Somebody who reads a snapshot of the store. */
export interface Reader {
  readonly pid: number
  /** Number of the snapshot's transaction. */
  readonly transaction: number
}

/** A reader of a snapshot from before a transaction, of any process; undefined when there is none. */
export function oldestReader({ root }: Pick<Environment, 'root'>, before: number): Reader | undefined {
  root.resetReadTxn()
  root.readerCheck()
  return parseReaders(root.readerList() as unknown as string)
    .filter(({ transaction }) => transaction < before)
    .sort((one, other) => one.transaction - other.transaction)[0]
}

/** Lines of LMDB's `mdb_reader_list`: process, thread, and the transaction that it reads, `-` for none. */
function parseReaders(list: string): Reader[] {
  return list.split('\n').flatMap((line) => {
    const [pid, _thread, transaction] = line.trim().split(/\s+/)
    return /^\d+$/.test(pid ?? '') && /^\d+$/.test(transaction ?? '')
      ? [{ pid: Number(pid), transaction: Number(transaction) }]
      : []
  })
}
