import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A resource of a template, its properties not resolved yet. */
export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DependsOn?: string | readonly string[]
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, TemplateResource>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>
}

/** A synthesised cloud assembly: its templates, and its files by the key that they are uploaded under. */
export interface Assembly {
  readonly root: Template
  /** Bytes of an uploaded asset by its object key: code zips and nested templates. */
  asset(objectKey: string): Buffer
}

interface AssetsFile {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string }
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>
      }
    >
  >
}

/** Reads the assembly of one stack. */
export function readAssembly(folder: string, stack: string): Assembly {
  const paths = new Map<string, string>()
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.assets.json')) continue
    const { files } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as AssetsFile
    for (const { source, destinations } of Object.values(files)) {
      for (const { objectKey } of Object.values(destinations)) paths.set(objectKey, join(folder, source.path))
    }
  }
  return {
    root: JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8')) as Template,
    asset(objectKey) {
      const path = paths.get(objectKey)
      if (!path) throw new Error(`The assembly has no asset ${objectKey}.`)
      return readFileSync(path)
    },
  }
}
