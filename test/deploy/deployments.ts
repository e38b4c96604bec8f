import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import { compileSchema } from '../../src/compiler/compile.js'
import type { OcgConfig } from '../../src/deploy/config/ocgConfig.js'
import { resolveSettings } from '../../src/deploy/config/resolveSettings.js'
import { DEFAULT_OPTIONS, projectOf } from '../../src/deploy/config/settings.js'
import { type Synthesis, synthesize } from '../../src/deploy/synthesize.js'
import type { Project } from '../../src/model/types.js'

const SHOP = fileURLToPath(new URL('../../examples/music-shop/schema.graphql', import.meta.url))

/** The music shop's model, its statements checked by the engine. */
export async function musicShop(): Promise<Project> {
  return compiled(readFileSync(SHOP, 'utf8'), 'shop')
}

/** Compiles a schema that must be right. */
export async function compiled(text: string, name: string, checked = true): Promise<Project> {
  const checker = checked ? await createSqlChecker() : undefined
  try {
    const result = await compileSchema([{ file: 'schema.graphql', text }], {
      project: name,
      ...(checker ? { checker } : {}),
    })
    if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
    return result.project
  } finally {
    await checker?.close()
  }
}

/** A folder that goes with `remove`. */
export interface Folder {
  readonly path: string
  remove(): void
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'ocg-deploy-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Stand-ins for the functions' bundles: synthesis only packs them. */
export function writeBundles(folder: string): void {
  for (const kind of Object.keys(DEFAULT_OPTIONS)) {
    writeFileSync(join(folder, `${kind}.cjs`), `exports.handler = async () => '${kind}'\n`)
  }
}

export interface Deployed extends Synthesis {
  /** The cloud assembly. */
  readonly folder: Folder
}

/** Synthesises a project into a temporary folder. */
export function deployed(project: Project, config: OcgConfig = {}, environment?: string): Deployed {
  const folder = temporaryFolder()
  const bundles = temporaryFolder()
  try {
    writeBundles(bundles.path)
    const settings = resolveSettings(config, project, environment)
    const named = projectOf(project, environment)
    return {
      folder,
      ...synthesize({
        project: named,
        settings,
        bundles: bundles.path,
        out: folder.path,
      }),
    }
  } finally {
    bundles.remove()
  }
}
