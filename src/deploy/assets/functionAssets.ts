import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '../../model/canonicalJson.js'
import type { FunctionKind } from '../../model/functions.js'
import type { Json } from '../../model/json.js'
import { sha256Hex } from '../../model/keys.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import { SynthesisError } from '../synthesisError.js'
import { type PackedFile, packFile, zip } from './zip.js'

/** The code of a function as a file of the assembly. */
export interface FunctionAsset {
  /** Relative to the assembly's folder. */
  readonly file: string
  /** Names the content: equal code and slice, equal hash. */
  readonly hash: string
  readonly bytes: number
}

/** Goes into each hash; changes with the form of the zip, so that a new form is uploaded. */
const ZIP_FORMAT = 1

interface Bundle {
  readonly packed: PackedFile
  readonly hash: string
}

/**
 * Writes the code of each function into `out`: `index.js`, the bundle of its kind from the folder `bundles`, and
 * `slice.json`. Equal ones share a file. Throws `SynthesisError` when a bundle is missing.
 */
export function writeFunctionAssets(
  functions: readonly PlannedFunction[],
  bundles: string,
  out: string,
): ReadonlyMap<string, FunctionAsset> {
  const packed = new Map<FunctionKind, Bundle>()
  const written = new Map<string, FunctionAsset>()
  const assets = new Map<string, FunctionAsset>()
  mkdirSync(out, { recursive: true })
  for (const { name, kind, slice } of functions) {
    const bundle = packed.get(kind) ?? readBundle(bundles, kind)
    packed.set(kind, bundle)
    const text = canonicalJson(slice as unknown as Json)
    const hash = sha256Hex(`${ZIP_FORMAT}\n${bundle.hash}\n${text}`)
    const asset = written.get(hash) ?? writeZip(out, hash, bundle, text)
    written.set(hash, asset)
    assets.set(name, asset)
  }
  return assets
}

function readBundle(bundles: string, kind: FunctionKind): Bundle {
  const file = join(bundles, `${kind}.cjs`)
  if (!existsSync(file))
    throw new SynthesisError(`The code of the functions is incomplete: there is no ${file}.`)
  const code = readFileSync(file)
  return { packed: packFile(code), hash: sha256Hex(code.toString('latin1')) }
}

function writeZip(out: string, hash: string, { packed }: Bundle, slice: string): FunctionAsset {
  const bytes = zip([
    ['index.js', packed],
    ['slice.json', packFile(new TextEncoder().encode(slice))],
  ])
  const file = `asset.${hash}.zip`
  writeFileSync(join(out, file), bytes)
  return { file, hash, bytes: bytes.length }
}
