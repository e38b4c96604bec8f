import { buildPackage } from '../frame/builtPackage.js'
import { playsSchema } from '../start/schemas.js'

type Host = import('../../src/host/openHost.js').Host

/** Opens a data folder of plays with the built package, in this process. SQL is ready. */
export async function openLake(folder: string): Promise<Host> {
  const built = await buildPackage()
  const [{ compileSchema }, { openHost }] = (await Promise.all([
    import(built.at('compiler/compile.js')),
    import(built.at('host/openHost.js')),
  ])) as [typeof import('../../src/compiler/compile.js'), typeof import('../../src/host/openHost.js')]
  const compiled = await compileSchema([{ file: 'schema.graphql', text: playsSchema() }], {
    project: 'bench',
  })
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'))
  const host = await openHost({ project: compiled.project, folder })
  if (!(await host.sql.waitUntilReady(120_000))) throw new Error('SQL does not get ready.')
  return host
}

export type { Host }
