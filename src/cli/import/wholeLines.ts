import type { Readable } from 'node:stream'

/** Longest line in bytes: well above the largest item, so that a file without line ends can't fill the memory. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024

/** `tooLong` stands for one line of more than `MAX_LINE_BYTES`, which is left out. */
export type LinePiece = Buffer | 'tooLong'

const LF = 10

/** Cuts a stream at line ends: each piece is many whole lines, the last one's line end left out. */
export async function* wholeLines(bytes: Readable): AsyncGenerator<LinePiece> {
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(LF)
    if (end < 0) {
      restBytes += chunk.length
      // What is too long is counted, and not kept.
      if (restBytes <= MAX_LINE_BYTES) rest.push(chunk)
      continue
    }
    const first = chunk.indexOf(LF)
    if (restBytes + first > MAX_LINE_BYTES) {
      yield 'tooLong'
      if (first < end) yield chunk.subarray(first + 1, end)
    } else {
      yield rest.length > 0 ? Buffer.concat([...rest, chunk.subarray(0, end)]) : chunk.subarray(0, end)
    }
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    restBytes = chunk.length - end - 1
  }
  if (restBytes > MAX_LINE_BYTES) yield 'tooLong'
  else if (restBytes > 0) yield Buffer.concat(rest)
}
