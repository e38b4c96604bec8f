import { setTimeout as sleep } from 'node:timers/promises'
import { keeperWorkgroupName } from '../../../../model/functions.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../../../runtime/lake/keeperContext.js'
import { lakeStatements } from '../../../../runtime/lake/lakeStatements.js'
import { s3Client } from '../../clients/s3Client.js'
import { s3ObjectStore } from '../../s3/s3ObjectStore.js'
import { defineFunction } from '../invocation.js'
import { openManifests } from '../openManifests.js'
import { lakePlace } from '../openRelations.js'
import { openSql } from '../openSql.js'
import { type KeeperEvent, type KeeperParts, runKeeper } from './runKeeper.js'

/** Looks after the lake in layout `batches`: at a schedule, and when somebody asks for a fold. */
export const handler = defineFunction<KeeperParts, KeeperEvent, void>({
  kind: 'lakeKeeper',
  open(environment) {
    const { aws, variable, slice, context } = environment
    const settings = { ...DEFAULT_KEEPER_SETTINGS, ...slice.settings.keeper }
    return {
      model: slice.model,
      context: {
        ...context,
        settings,
        manifests: openManifests(environment),
        objects: s3ObjectStore({ client: s3Client(aws), bucket: variable('S3_BUCKET_NAME') }),
        // What it asks must be answered as of now, and what it names stays while it reads.
        sql: openSql(environment, {
          resultReuseMinutes: 0,
          namesObjects: false,
          workgroup: keeperWorkgroupName(slice.model.name),
        }),
        statements: lakeStatements(lakePlace(environment), settings),
        sleep: (milliseconds) => sleep(milliseconds),
      },
    }
  },
  run: (event, parts, { metrics }) => runKeeper(event, parts, metrics),
})
