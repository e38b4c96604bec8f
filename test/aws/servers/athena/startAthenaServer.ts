import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import { createExecutions, type Execution } from './executions.js'
import { imageRunner } from './imageRunner.js'
import { type Body, csvOf, description, invalid, ProtocolError, pageOf } from './protocol.js'
import type { AthenaResult } from './runStatement.js'

export interface AthenaAccess {
  /** Whose rights Athena used. */
  readonly accessKeyId: string
  /** `s3:GetObject` */
  readonly action: string
  /** The part of the ARN that names it: a bucket, `bucket/key`, `catalog`, `database/name`, `table/database/name`. */
  readonly resource: string
}

/** What runs statements behind Athena's protocol. */
export interface StatementRunner {
  /**
   * Tells of everything that it does with its caller's rights: action and resource. Throws `AthenaFailedError`; a
   * statement that `signal` ends throws its reason.
   */
  run(
    sql: string,
    signal: AbortSignal,
    access: (action: string, resource: string) => void,
  ): Promise<AthenaResult>
  warm?(): Promise<void>
  close(): Promise<void>
}

export interface AthenaServerOptions {
  /** A client of the server that holds the lake and takes the results. */
  readonly s3: S3Client
  readonly lakeBucket: string
  readonly database: string
  readonly tables: readonly LakeTable[]
  /** Default: one that reads the objects of layout `rows` into memory. The server closes it. */
  readonly runner?: StatementRunner
  /** Names of the workgroups. Absent: every one exists. */
  readonly workgroups?: readonly string[]
  /** How long statements are QUEUED, in milliseconds. Default 10. */
  readonly queuedMs?: number
  /** Takes the events that Athena sends to EventBridge. */
  readonly onStateChange?: (event: Readonly<Record<string, unknown>>) => void
  /**
   * Told of everything that Athena does with its caller's rights. Results go up in one request each, so
   * `s3:AbortMultipartUpload` never shows, although Athena uses it when a large result breaks off.
   */
  readonly onAccess?: (access: AthenaAccess) => void
  /** Called before a statement runs, when it has been QUEUED. */
  readonly onStatement?: (statement: Pick<Execution, 'sql' | 'workgroup'>) => Promise<void>
  /** Called between the listing of a table's objects and the reading of their bytes. */
  readonly onListed?: (table: string) => Promise<void>
  /** Fails a request in the place of its answer, by the name of its operation. */
  readonly fault?: (operation: string) => { readonly type: string; readonly message: string } | undefined
}

export interface AthenaServer {
  readonly endpoint: string
  /** Requests so far, by the name of the operation. */
  readonly requests: ReadonlyMap<string, number>
  /** The workgroup that an execution is in. */
  workgroupOf(executionId: string): string | undefined
  /**
   * Reads what is in the lake now, so that the next statement need not: thousands of new objects take seconds here,
   * which Athena reads at once.
   */
  warm(): Promise<void>
  close(): Promise<void>
}

/**
 * An Athena on loopback: its protocol and its results' text, over the objects that are in S3 when a statement runs, with
 * Trino's dialect as the embedded engine translates it.
 */
export async function startAthenaServer(options: AthenaServerOptions): Promise<AthenaServer> {
  const { s3, database } = options
  const runner = options.runner ?? (await imageRunner(options))
  const tokens = new Map<string, { readonly id: string; readonly request: string }>()
  const requests = new Map<string, number>()
  const executions = createExecutions({
    queuedMs: options.queuedMs ?? 10,
    run,
    onStateChange: (event) => options.onStateChange?.(event),
  })

  async function run(execution: Execution): Promise<AthenaResult> {
    const { sql, accessKeyId, output, stop } = execution
    const access = (action: string, resource: string) => options.onAccess?.({ accessKeyId, action, resource })
    const [resultBucket = '', resultKey = ''] = splitLocation(output)
    access('glue:GetDatabase', 'catalog')
    access('glue:GetDatabase', `database/${database}`)
    access('s3:GetBucketLocation', resultBucket)
    await options.onStatement?.(execution)
    const result = await runner.run(sql, stop.signal, access)
    access('s3:PutObject', `${resultBucket}/${resultKey}`)
    access('s3:PutObject', `${resultBucket}/${resultKey}.metadata`)
    await s3.send(new PutObjectCommand({ Bucket: resultBucket, Key: resultKey, Body: csvOf(result) }))
    const metadata = JSON.stringify(result.columns)
    await s3.send(
      new PutObjectCommand({ Bucket: resultBucket, Key: `${resultKey}.metadata`, Body: metadata }),
    )
    return result
  }

  function find({ QueryExecutionId: id }: Body): Execution {
    const execution = executions.get(String(id))
    if (!execution) throw invalid(`QueryExecution ${String(id)} was not found`)
    return execution
  }

  const operations: Readonly<Record<string, (body: Body, accessKeyId: string) => unknown>> = {
    StartQueryExecution(body, accessKeyId) {
      const sql = String(body.QueryString ?? '')
      const token = String(body.ClientRequestToken ?? '')
      const workgroup = String(body.WorkGroup ?? 'primary')
      const context = (body.QueryExecutionContext ?? {}) as Body
      const output = String((body.ResultConfiguration as Body | undefined)?.OutputLocation ?? '')
      if (token.length < 32 || token.length > 128)
        throw invalid('clientRequestToken has between 32 and 128 characters')
      if (Buffer.byteLength(sql) > 262_144) throw invalid('queryString is longer than 262144 bytes')
      if (options.workgroups !== undefined && !options.workgroups.includes(workgroup))
        throw invalid('WorkGroup is not found.')
      if (context.Database !== database) throw invalid(`Database ${String(context.Database)} not found`)
      if (!output.startsWith('s3://'))
        throw invalid('No output location provided. An output location is required.')
      const request = JSON.stringify([sql, workgroup, context, output])
      const known = tokens.get(token)
      if (known && known.request !== request) throw invalid('Idempotent parameters do not match')
      if (known) return { QueryExecutionId: known.id }
      const age = (body.ResultReuseConfiguration as { ResultReuseByAgeConfiguration?: Body } | undefined)
        ?.ResultReuseByAgeConfiguration
      const reuseMs = age?.Enabled === true ? Number(age.MaxAgeInMinutes ?? 60) * 60_000 : 0
      const { id } = executions.start({ sql, workgroup, database, output, accessKeyId, reuseMs })
      tokens.set(token, { id, request })
      return { QueryExecutionId: id }
    },
    GetQueryExecution: (body) => ({ QueryExecution: description(find(body)) }),
    BatchGetQueryExecution(body) {
      const ids = (body.QueryExecutionIds ?? []) as readonly string[]
      const found = ids.flatMap((id) => executions.get(id) ?? [])
      return { QueryExecutions: found.map(description), UnprocessedQueryExecutionIds: [] }
    },
    ListQueryExecutions: ({ WorkGroup = 'primary' }) => ({
      QueryExecutionIds: executions
        .list()
        .filter(({ workgroup }) => workgroup === WorkGroup)
        .map(({ id }) => id)
        .reverse(),
    }),
    StopQueryExecution(body) {
      find(body).stop.abort(new Error('Query cancelled by user'))
      return {}
    },
    GetQueryResults(body, accessKeyId) {
      const { result, output, state, id } = find(body)
      if (state === 'QUEUED' || state === 'RUNNING')
        throw invalid(`Query has not yet finished. Current state: ${state}`)
      if (state !== 'SUCCEEDED' || !result)
        throw invalid(`Query did not finish successfully. Final query state: ${state}`)
      const [resultBucket = '', resultKey = ''] = splitLocation(output)
      options.onAccess?.({ accessKeyId, action: 's3:GetObject', resource: `${resultBucket}/${resultKey}` })
      return pageOf(id, result, body)
    },
  }

  const server = createServer((request, response) => {
    void answer(request, response)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^AmazonAthena\./, '')
    requests.set(operation, (requests.get(operation) ?? 0) + 1)
    const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(body))
    }
    try {
      const fault = options.fault?.(operation)
      if (fault) throw new ProtocolError(fault.type, fault.message)
      const run = operations[operation]
      if (!run) throw new ProtocolError('UnknownOperationException', `There is no ${operation} here.`)
      send(200, run(JSON.parse(Buffer.concat(chunks).toString() || '{}') as Body, accessKeyId))
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        return send(500, { __type: 'InternalServerException', Message: String(error) })
      }
      const code = error.type === 'InvalidRequestException' ? { AthenaErrorCode: 'INVALID_INPUT' } : {}
      send(400, { __type: error.type, Message: error.message, ...code })
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    workgroupOf: (executionId) => executions.get(executionId)?.workgroup,
    async warm() {
      await runner.warm?.()
    },
    async close() {
      await executions.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await runner.close()
    },
  }
}

function splitLocation(location: string): readonly string[] {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? []
  return [bucket, key]
}
