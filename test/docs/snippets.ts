import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One fenced block of a documentation page. */
export interface Snippet {
  /** `docs/schema.md:12`, the line of its fence. */
  readonly place: string
  readonly language: string
  /** What stands behind the language: `query`, `schema fails=OCG1203`. */
  readonly words: readonly string[]
  readonly text: string
  /** The next block of the page, when only blank lines are between: its expected output. */
  readonly next?: Snippet
}

const ROOT = new URL('../../', import.meta.url)

/** Pages that are tested: the README and all of `docs` but `docs/errors`, which has its own test. */
export const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

/** All blocks of a page, in order. */
export function snippetsOf(page: string): readonly Snippet[] {
  const lines = readFileSync(fileURLToPath(new URL(page, ROOT)), 'utf8').split('\n')
  const blocks: { start: number; end: number; info: string }[] = []
  let open: { start: number; info: string; fence: string } | undefined
  for (const [index, line] of lines.entries()) {
    const fence = fenceOf(line)
    if (fence === undefined) continue
    if (open === undefined) open = { start: index, info: line.trim().slice(fence.length).trim(), fence }
    else if (fence.length >= open.fence.length && line.trim() === fence) {
      blocks.push({ ...open, end: index })
      open = undefined
    }
  }
  if (open) throw new Error(`${page}:${open.start + 1} opens a block that nothing closes.`)
  const snippets: Snippet[] = []
  for (const [position, block] of [...blocks.entries()].reverse()) {
    const [language = '', ...words] = block.info.split(/ +/).filter(Boolean)
    const after = blocks[position + 1]
    const isNext =
      after !== undefined && lines.slice(block.end + 1, after.start).every((line) => line.trim() === '')
    snippets.unshift({
      place: `${page}:${block.start + 1}`,
      language,
      words,
      text: lines.slice(block.start + 1, block.end).join('\n'),
      ...(isNext && snippets[0] && { next: snippets[0] }),
    })
  }
  return snippets
}

/** Backticks at the start of a line: three or more. */
function fenceOf(line: string): string | undefined {
  const text = line.trimStart()
  const rest = text.replace(/^`+/, '')
  const fence = text.slice(0, text.length - rest.length)
  return fence.length >= 3 && !rest.includes('`') ? fence : undefined
}
