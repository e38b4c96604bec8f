import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Writes so many rows as JSON lines. */
export async function writeLines(file: string, rows: number, row: (index: number) => object): Promise<void> {
  const stream = createWriteStream(file)
  const chunk = 5000
  for (let from = 0; from < rows; from += chunk) {
    const count = Math.min(chunk, rows - from)
    const text = Array.from({ length: count }, (_, index) => `${JSON.stringify(row(from + index))}\n`).join(
      '',
    )
    if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', () => resolve()))
  }
  await finished(stream.end())
}
