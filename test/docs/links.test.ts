import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { PAGES } from './snippets.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

it.each([...PAGES, 'examples/README.md'])('%s links only to what is there', (page) => {
  const wrong = linksOf(readFileSync(join(ROOT, page), 'utf8'))
    .filter((link) => !link.includes('://'))
    .filter((link) => !isThere(page, link))
  expect(wrong).toEqual([])
})

/** Targets of `[text](target)` outside of blocks. */
function linksOf(text: string): string[] {
  const prose = text.split(/^```/m).filter((_, index) => index % 2 === 0)
  return prose.flatMap((part) => [...part.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string))
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path)
  if (!existsSync(target)) return false
  if (anchor === undefined || statSync(target).isDirectory()) return anchor === undefined
  return headingsOf(readFileSync(target, 'utf8')).includes(anchor)
}

/** Anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )
}
