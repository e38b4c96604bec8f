import { runTrino, type Trino } from '../trino/runTrino.js'
import { fetchLakeTrino, LAKE_TRINO } from './fetchLakeTrino.js'

/** Athena's name of its own catalog. */
export const CATALOG = 'awsdatacatalog'
/** The Iceberg tables of the same metastore. `CATALOG` shows them too; only tables are made here. */
export const ICEBERG = 'iceberg'

/**
 * Starts a Trino server that sees the Hive and Iceberg tables of one metastore as one catalog, as Athena does, over an S3
 * server on loopback.
 */
export function startLakeTrino(s3Endpoint: string): Promise<Trino> {
  const { libraries, plugin } = fetchLakeTrino()
  return runTrino({
    version: LAKE_TRINO,
    libraries,
    plugins: { lake: plugin },
    catalogs: (folder) => {
      const shared = [
        `hive.metastore.catalog.dir=file://${folder}`,
        `hive.s3.endpoint=${s3Endpoint}`,
        'hive.s3.path-style-access=true',
        'hive.s3.ssl.enabled=false',
        'hive.s3.aws-access-key=test',
        'hive.s3.aws-secret-key=test',
        // With signatures of version 4 it uploads in signed chunks, which the S3 server does not take apart.
        'hive.s3.signer-type=S3SignerType',
      ]
      return {
        [CATALOG]: [
          'connector.name=hive',
          'hive.metastore=file',
          `hive.iceberg-catalog-name=${ICEBERG}`,
          'hive.partition-projection-enabled=true',
          'hive.security=allow-all',
          'hive.non-managed-table-writes-enabled=true',
          ...shared,
        ],
        [ICEBERG]: [
          'connector.name=iceberg',
          'iceberg.catalog.type=TESTING_FILE_METASTORE',
          'iceberg.security=allow-all',
          'iceberg.expire_snapshots.min-retention=0s',
          'iceberg.remove_orphan_files.min-retention=0s',
          ...shared,
        ],
      }
    },
  })
}
