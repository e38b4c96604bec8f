import { lakeRelations } from '../../../lake/sql/lakeRelations.js'
import { lakeTables } from '../../../model/lakeSchema.js'
import type { RuntimeContext } from '../../../runtime/context.js'
import type { FunctionEnvironment } from './environment.js'
import { openManifests } from './openManifests.js'

/** What statements read in the place of tables, where the lake has layout `batches`; in layout `rows` the tables themselves. */
export function openRelations(environment: FunctionEnvironment): Pick<RuntimeContext, 'lakeRelations'> {
  const { slice } = environment
  if (slice.settings.layout !== 'batches') return {}
  const tables = lakeTables(slice.model)
  return { lakeRelations: lakeRelations(tables, openManifests(environment), lakePlace(environment)) }
}

/** Where the objects of the lake are. */
export function lakePlace({ variable }: Pick<FunctionEnvironment, 'variable'>) {
  return { root: `s3://${variable('S3_BUCKET_NAME')}/` }
}
