import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileSchema } from '../src/compiler/compile.js'
import { DIAGNOSTIC_CODES } from '../src/errors/diagnosticCodes.js'
import type { DiagnosticDoc } from '../src/errors/diagnosticDoc.js'
import { renderDiagnostic } from '../src/errors/renderDiagnostic.js'

/** Folder of the pages, from the root of the project. */
export const ERROR_DOCS = 'docs/errors'

/** The pages of `docs/errors`: one for each code, and an index. File name to text. */
export async function errorDocs(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([['README.md', index()]])
  for (const [code, doc] of Object.entries(DIAGNOSTIC_CODES)) pages.set(`${code}.md`, await page(code, doc))
  return pages
}

const NOTE = '<!-- Made by scripts/errorDocs.ts from src/errors: change it there. -->'

function index(): string {
  const rows = Object.entries(DIAGNOSTIC_CODES).map(
    ([code, { title }]) => `| [${code}](${code}.md) | ${escapeCell(title)} |`,
  )
  return `${NOTE}

# Codes of the compiler

Every mistake in a schema has a code that never changes its meaning. \`OCG1…\` is about the schema, \`OCG2…\` about the SQL of its
statements.

| code | what it is about |
|---|---|
${rows.join('\n')}
`
}

async function page(code: string, doc: DiagnosticDoc): Promise<string> {
  const parts = [NOTE, `# ${code}: ${doc.title}`, doc.explanation]
  if (doc.example !== undefined) {
    parts.push('## Example', fence('graphql', doc.example))
    const said = await outputFor(code, doc.example)
    if (said !== undefined) parts.push('The compiler says:', fence('text', said))
  }
  parts.push('## What to do', doc.fix)
  return `${parts.join('\n\n')}\n`
}

/** What the compiler says of an example; nothing when it takes an engine to find the mistake. */
async function outputFor(code: string, text: string): Promise<string | undefined> {
  const { diagnostics } = await compileSchema([{ file: 'schema.graphql', text }], { project: 'example' })
  const found = diagnostics.filter((diagnostic) => diagnostic.code === code)
  return found.length === 0 ? undefined : found.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n')
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** Writes the pages and removes those of codes that are no more. */
async function writeErrorDocs(root: string): Promise<void> {
  const folder = join(root, ERROR_DOCS)
  const pages = await errorDocs()
  await mkdir(folder, { recursive: true })
  for (const file of await readdir(folder)) if (!pages.has(file)) await rm(join(folder, file))
  for (const [file, text] of pages) await writeFile(join(folder, file), text)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeErrorDocs(join(import.meta.dirname, '..'))
}
