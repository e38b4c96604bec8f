import type { BuildOptions, Metafile } from 'esbuild'

/** Kinds of functions, as in src/model/functions.ts. */
export declare const KINDS: readonly string[]

/** How every bundle is made; the benchmark makes the handler that it compares with in the same way. */
export declare const BUNDLING: BuildOptions

/**
 * Bundles kinds into a folder, with the licences of what is in them, and answers esbuild's metafile. The same sources
 * give the same bytes.
 */
export declare function buildLambdas(options: {
  readonly out: string
  readonly kinds?: readonly string[]
}): Promise<Metafile>
