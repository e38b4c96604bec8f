import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** Who may import whom: each room with the rooms that it may see besides itself. `*` sees all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  model: ['errors'],
  ports: ['model'],
  trino: ['model', 'errors'],
  compiler: ['model', 'errors', 'ports', 'trino'],
  runtime: ['model', 'errors', 'ports', 'lake'],
  lake: ['model', 'errors', 'ports'],
  'adapters/embedded': ['model', 'errors', 'ports', 'trino', 'lake', 'runtime'],
  'adapters/aws': ['model', 'errors', 'ports', 'lake', 'runtime'],
  server: ['model', 'errors', 'ports', 'runtime'],
  deploy: ['model', 'errors', 'lake'],
  host: ['*'],
  cli: ['*'],
  'index.ts': ['*'],
}

/** Packages that rooms without any of the host's world may use. */
const PURE_PACKAGES = ['@noble/hashes', 'libphonenumber-js', 'hyparquet', 'hyparquet-writer']

interface Import {
  readonly from: string
  readonly specifier: string
  /** Room of the target, undefined for a package or a `node:` module. */
  readonly room: string | undefined
}

const imports = sourceFiles(SRC).flatMap(importsOf)

describe('the rooms of the house', () => {
  it('reads the sources', () => {
    expect(imports.length).toBeGreaterThan(200)
  })

  it('has no file outside a known room', () => {
    const strays = sourceFiles(SRC).filter((file) => !(roomOf(file) in ROOMS))
    expect(strays.map((file) => relative(SRC, file))).toEqual([])
  })

  it('imports only from rooms that the room may see', () => {
    const wrong = imports.filter(({ from, room }) => {
      const own = roomOf(join(SRC, from))
      const allowed = ROOMS[own] ?? []
      return room !== undefined && room !== own && !allowed.includes('*') && !allowed.includes(room)
    })
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([])
  })

  it('keeps model, ports, runtime and lake free of Node and of SDKs', () => {
    const wrong = imports.filter(
      ({ from, specifier, room }) =>
        room === undefined &&
        /^(model|ports|runtime|lake)\//.test(from) &&
        !PURE_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
    )
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([])
  })

  it('takes time and randomness in the runtime from ports only', () => {
    const wrong = sourceFiles(join(SRC, 'runtime')).filter((file) =>
      /\b(Date\.now|Math\.random|new Date\(\)|crypto\.)/.test(readFileSync(file, 'utf8')),
    )
    expect(wrong.map((file) => relative(SRC, file))).toEqual([])
  })

  it('has no circle of imports', () => {
    expect(findCircle()).toBeUndefined()
  })
})

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(file: string): Import[] {
  const { module } = parseSync(file, readFileSync(file, 'utf8'))
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
    ),
  ]
  return [...new Set(specifiers)].map((specifier) => ({
    from: relative(SRC, file),
    specifier,
    room: specifier.startsWith('.') ? roomOf(join(dirname(file), specifier)) : undefined,
  }))
}

function roomOf(file: string): string {
  const [first = '', second = ''] = relative(SRC, file).split('/')
  return first === 'adapters' ? `${first}/${second}` : first
}

function findCircle(): string | undefined {
  const targets = new Map<string, string[]>()
  for (const { from, specifier, room } of imports) {
    if (room === undefined) continue
    const target = join(dirname(from), specifier).replace(/\.js$/, '.ts')
    targets.set(from, [...(targets.get(from) ?? []), target])
  }
  const done = new Set<string>()
  const path: string[] = []
  function visit(file: string): string | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ')
    if (done.has(file)) return undefined
    path.push(file)
    for (const target of targets.get(file) ?? []) {
      const circle = visit(target)
      if (circle) return circle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of targets.keys()) {
    const circle = visit(file)
    if (circle) return circle
  }
  return undefined
}
