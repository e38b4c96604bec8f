// Builds `dist/lambda/{kind}.cjs`: one bundle for each kind of function, from its entry point in src/adapters/aws/lambda.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'src', 'adapters', 'aws', 'lambda')

/** Kinds of functions, as in src/model/functions.ts. */
export const KINDS = [
  ...['create', 'read', 'update', 'delete', 'list', 'insertRelation'],
  ...['syncQuery', 'triggerTask', 'taskResult'],
  ...['streamProcessor', 'cascadeListener', 'deletionListener', 'executionTracker', 'lakeKeeper'],
]

/** How every bundle is made; the benchmark makes the handler that it compares with in the same way. */
export const BUNDLING = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22',
  // Loads faster than ES modules do.
  format: 'cjs',
  // The SDK's ES modules are the ones that what is not used can be shaken out of.
  mainFields: ['module', 'main'],
  // The licences themselves lie beside the bundles.
  legalComments: 'none',
  logLevel: 'warning',
}

/** The entry point of a kind; undefined when it has none. */
function entryOf(kind) {
  return [`${kind}.ts`, `${kind}/index.ts`].map((name) => join(sources, name)).find(existsSync)
}

/**
 * Bundles kinds into a folder, with the licences of what is in them, and answers esbuild's metafile. The same sources
 * give the same bytes.
 *
 * @param {{ out: string, kinds?: readonly string[] }} options
 */
export async function buildLambdas({ out, kinds = KINDS }) {
  mkdirSync(out, { recursive: true })
  const entries = kinds.flatMap((kind) => {
    const entry = entryOf(kind)
    if (!entry) process.stderr.write(`There is no function ${kind} yet.\n`)
    return entry ? [{ in: entry, out: kind }] : []
  })
  const { metafile } = await build({
    ...BUNDLING,
    entryPoints: entries,
    outdir: out,
    outExtension: { '.js': '.cjs' },
    alias: { '@aws-sdk/credential-provider-node': join(sources, 'functionCredentials.ts') },
    metafile: true,
  })
  writeFileSync(join(out, 'LICENSES.txt'), licensesOf(metafile))
  return metafile
}

/** Name, version and licence of every package of which something is in a bundle. */
function licensesOf(metafile) {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  )
  const packages = used.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [])
  const sections = [...new Set(packages)].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `License: ${license}`
    return { title: `${name} ${version} (${license})`, text: text.replaceAll('\r\n', '\n') }
  })
  // Most of the packages have one and the same text.
  const titles = groupByText(sections)
  return [...titles]
    .map(([text, group]) => `${[...new Set(group.map(({ title }) => title))].sort().join('\n')}\n\n${text}\n`)
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** `Map.groupBy`, which Node has from version 21 on. */
function groupByText(sections) {
  const groups = new Map()
  for (const one of sections) groups.set(one.text, [...(groups.get(one.text) ?? []), one])
  return groups
}

// `node scripts/buildLambdas.mjs [--out FOLDER]`
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join(root, 'dist', 'lambda') } },
  })
  const metafile = await buildLambdas(values)
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    process.stderr.write(`${basename(file)} ${Math.round(bytes / 1000)} KB\n`)
  }
}
