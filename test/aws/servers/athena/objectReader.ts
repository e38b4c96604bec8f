import { Agent, get } from 'node:http'
import type { S3Client } from '@aws-sdk/client-s3'

/** Reads objects of one bucket with bare requests: the SDK takes several times longer for thousands of small ones. */
export interface ObjectReader {
  /** Undefined when there is none. */
  read(key: string): Promise<{ readonly etag: string; readonly bytes: ArrayBuffer } | undefined>
  close(): void
}

/** The client's server is one of these tests: it listens on loopback and asks for no signature. */
export async function openObjectReader(s3: S3Client, bucket: string): Promise<ObjectReader> {
  const endpoint = await s3.config.endpoint?.()
  if (!endpoint) throw new Error('The client of S3 has no endpoint.')
  const { hostname, port } = endpoint
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return {
    read(key) {
      const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
      return new Promise((resolve, reject) => {
        const request = get({ hostname, port, path, agent }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            if (response.statusCode === 404) return resolve(undefined)
            if (response.statusCode !== 200) return reject(new Error(`S3 answers ${response.statusCode}.`))
            const body = Buffer.concat(chunks)
            const bytes = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer
            resolve({ etag: String(response.headers.etag), bytes })
          })
        })
        request.on('error', reject)
      })
    },
    close: () => agent.destroy(),
  }
}
