import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { objectStoreConformance } from '../../conformance/objectStore.js'
import { startObjectServer } from '../servers/objectServer.js'

objectStoreConformance('S3ObjectStore', async () => {
  const server = await startObjectServer()
  const client = s3Client(server.settings)
  await client.send(new CreateBucketCommand({ Bucket: 'conformance' }))
  return {
    store: s3ObjectStore({ client, bucket: 'conformance' }),
    async close() {
      client.destroy()
      await server.close()
    },
  }
})
