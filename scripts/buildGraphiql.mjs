// Builds the GraphiQL page into dist/graphiql, so that it works without any other server: `npm run build:graphiql`.
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const source = new URL('./graphiql/', import.meta.url)
const target = new URL('../dist/graphiql/', import.meta.url)

await mkdir(target, { recursive: true })
const { metafile } = await build({
  metafile: true,
  entryPoints: { graphiql: fileURLToPath(new URL('page.js', source)) },
  outdir: fileURLToPath(target),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
})
await writeFile(new URL('licenses.txt', target), await licences(Object.keys(metafile.inputs)))
await copyFile(new URL('index.html', source), new URL('index.html', target))

for (const name of ['index.html', 'graphiql.js', 'graphiql.css', 'licenses.txt']) {
  const { size } = await stat(new URL(name, target))
  process.stderr.write(`dist/graphiql/${name} ${Math.ceil(size / 1024)} KB\n`)
}

/** Licences of all packages whose code is in the page: their terms want the texts to travel with it. */
async function licences(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  )
  const texts = await Promise.all([...packages].sort().map(licence))
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one))
  const text = file ? await readFile(`${folder}/${file}`, 'utf8') : ''
  return `${name} ${version} (${license})\n\n${text}`
}
