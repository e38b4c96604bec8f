import { resourceNames } from '../../deploy/plan/names.js'
import { loadPackage } from './loadPackage.js'

/** Names of the resources that hold a project's data. */
export interface DataResources {
  readonly table: string
  readonly buckets: readonly string[]
}

export function dataResources(project: string, account: string): DataResources {
  const names = resourceNames(project)
  return {
    table: names.table,
    buckets: [`${names.lakeBucketPrefix}${account}`, `${names.resultsBucketPrefix}${account}`],
  }
}

/** Deletes the data of a project for good: the table with its protection, both buckets with every object. */
export async function deleteData(
  { table, buckets }: DataResources,
  onStep: (text: string) => void,
): Promise<readonly string[]> {
  const deleted: string[] = []
  for (const bucket of buckets) if (await deleteBucket(bucket, onStep)) deleted.push(bucket)
  if (await deleteTable(table, onStep)) deleted.push(table)
  return deleted
}

/** Empties a bucket, its old versions too, and deletes it; false when there is none. */
async function deleteBucket(bucket: string, onStep: (text: string) => void): Promise<boolean> {
  const [s3, { s3Client }] = await loadPackage(() =>
    Promise.all([import('@aws-sdk/client-s3'), import('../../adapters/aws/clients/s3Client.js')]),
  )
  const client = s3Client()
  try {
    let objects = 0
    for (;;) {
      const page = await client.send(new s3.ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1000 }))
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
      if (found.length === 0) break
      const Objects = found.map(({ Key, VersionId }) => ({ Key, ...(VersionId && { VersionId }) }))
      const { Errors } = await client.send(
        new s3.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      )
      if (Errors?.[0]) throw new Error(`${bucket} keeps ${Errors[0].Key}: ${Errors[0].Message}`)
      objects += found.length
      onStep(`Emptying ${bucket}: ${objects} objects`)
    }
    await client.send(new s3.DeleteBucketCommand({ Bucket: bucket }))
    return true
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') return false
    throw error
  } finally {
    client.destroy()
  }
}

/** Takes the protection off a table and deletes it; false when there is none. */
async function deleteTable(name: string, onStep: (text: string) => void): Promise<boolean> {
  const [db, { dynamoDbClient }] = await loadPackage(() =>
    Promise.all([import('@aws-sdk/client-dynamodb'), import('../../adapters/aws/clients/dynamoDbClient.js')]),
  )
  const client = dynamoDbClient()
  try {
    onStep(`Deleting ${name}`)
    const { Table } = await client.send(new db.DescribeTableCommand({ TableName: name }))
    if (Table?.DeletionProtectionEnabled) {
      await client.send(new db.UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false }))
      await db.waitUntilTableExists({ client, maxWaitTime: 300 }, { TableName: name })
    }
    await client.send(new db.DeleteTableCommand({ TableName: name }))
    await db.waitUntilTableNotExists({ client, maxWaitTime: 600 }, { TableName: name })
    return true
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return false
    throw error
  } finally {
    client.destroy()
  }
}

/** Which of a project's data resources are there. */
export async function keptData({ table, buckets }: DataResources): Promise<readonly string[]> {
  const [s3, { s3Client }, db, { dynamoDbClient }] = await loadPackage(() =>
    Promise.all([
      import('@aws-sdk/client-s3'),
      import('../../adapters/aws/clients/s3Client.js'),
      import('@aws-sdk/client-dynamodb'),
      import('../../adapters/aws/clients/dynamoDbClient.js'),
    ]),
  )
  const objects = s3Client()
  const items = dynamoDbClient()
  const isThere = (request: Promise<unknown>) =>
    request.then(
      () => true,
      (error: Error) => {
        if (/NotFound|NoSuchBucket/.test(error.name)) return false
        throw error
      },
    )
  try {
    const found = await Promise.all([
      isThere(items.send(new db.DescribeTableCommand({ TableName: table }))),
      ...buckets.map((Bucket) => isThere(objects.send(new s3.HeadBucketCommand({ Bucket })))),
    ])
    return [table, ...buckets].filter((_, index) => found[index])
  } finally {
    objects.destroy()
    items.destroy()
  }
}
