import { closeSync, fdatasync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

/**
 * The pages of a store's file, beside LMDB's own map of it: on every system that LMDB runs on, both are the same memory.
 * Reads and writes don't wait: a page takes microseconds, a promise for it would take longer.
 */
export interface PageFile {
  /** Bytes of the file. */
  size(): number
  /** Fills the buffer from a byte on; what lies behind the file's end reads as zeros. */
  read(target: Buffer, from: number): void
  write(bytes: Uint8Array, at: number): void
  /** Resolves when all that was written is on disk. */
  sync(): Promise<void>
  close(): void
}

/** Throws the system's error. */
export function openPageFile(path: string): PageFile {
  const file = openSync(path, 'r+')
  return {
    size: () => fstatSync(file).size,
    read(target, from) {
      let filled = 0
      while (filled < target.length) {
        const bytes = readSync(file, target, filled, target.length - filled, from + filled)
        if (bytes === 0) break
        filled += bytes
      }
      target.fill(0, filled)
    },
    write(bytes, at) {
      let written = 0
      while (written < bytes.length) {
        written += writeSync(file, bytes, written, bytes.length - written, at + written)
      }
    },
    sync: () => promisify(fdatasync)(file),
    close: () => closeSync(file),
  }
}
