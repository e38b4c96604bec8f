import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)

/** Puts text between the marks of a made section of a page: `<!-- made: name -->` to `<!-- end: name -->`. */
export function writeSection(page: string, name: string, text: string): void {
  const file = fileURLToPath(new URL(page, ROOT))
  const [before, , after] = split(readFileSync(file, 'utf8'), page, name)
  writeFileSync(file, `${before}\n\n${text.trim()}\n\n${after}`)
}

/** What stands in a made section. */
export function readSection(page: string, name: string): string {
  return split(readFileSync(fileURLToPath(new URL(page, ROOT)), 'utf8'), page, name)[1].trim()
}

function split(text: string, page: string, name: string): [string, string, string] {
  const [start, end] = [`<!-- made: ${name} -->`, `<!-- end: ${name} -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${page} has no section ${name}.`)
  return [text.slice(0, from + start.length), text.slice(from + start.length, to), text.slice(to)]
}
