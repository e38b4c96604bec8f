import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { pythonTools } from '../servers/pythonTools.js'

const SCRIPT = fileURLToPath(new URL('./motoWithStandIns.py', import.meta.url))

/** Account of moto. */
export const ACCOUNT = '123456789012'
export const REGION = 'eu-central-1'

export interface Moto {
  readonly endpoint: string
  /** Environment of a process that is to take moto for AWS. */
  readonly env: Readonly<Record<string, string>>
  /** Makes what `cdk bootstrap` makes, as far as deployments need it here. */
  bootstrap(): Promise<void>
  stop(): Promise<void>
}

/** Starts moto's server with stand-ins for the resource types that it lacks, on a free port of 127.0.0.1. */
export async function startMotoWithStandIns(): Promise<Moto> {
  const bin = await pythonTools()
  const port = await freePort()
  const server = spawn(join(bin, 'python'), [SCRIPT, String(port)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-8000)
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  process.once('exit', () => server.kill())
  // By this name moto finds the bucket in a template's address.
  const endpoint = `http://localhost:${port}`
  const settings = {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  for (let tries = 0; ; tries += 1) {
    if (server.exitCode !== null || tries > 240) throw new Error(`moto does not answer: ${log}`)
    if (await fetch(`${endpoint}/moto-api/`).catch(() => undefined)) break
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return {
    endpoint,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // Nothing here takes a while.
      OCG_POLL_MS: '200',
    },
    async bootstrap() {
      const ssm = new SSMClient(settings)
      await ssm.send(
        new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' }),
      )
      ssm.destroy()
      const s3 = new S3Client({ ...settings, forcePathStyle: true })
      await s3.send(
        new CreateBucketCommand({
          Bucket: `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`,
          CreateBucketConfiguration: { LocationConstraint: REGION },
        }),
      )
      s3.destroy()
    },
    async stop() {
      server.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
