/** One call as IAM sees it. `resource`: the part of the ARN that names it. */
export interface IamCall {
  /** `dynamodb:GetItem` */
  readonly action: string
  /** `table/OCG-shop`, `table/OCG-shop/index/GSI1`, a bucket, `bucket/key`, a queue's name, `workgroup/OCG-shop`, `execution/{id}`. */
  readonly resource: string
  /** Partition keys of the items that it is about, where it names them. */
  readonly keys?: readonly string[]
}

export interface ServiceRequest {
  readonly service: 'dynamodb' | 's3' | 'sqs' | 'athena'
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** `X-Amz-Target` without the service's prefix: `GetItem`. */
  readonly operation: string | undefined
  readonly body: Buffer
}

/** What IAM is asked about a request: a transaction is asked for each of its parts. */
export function iamCalls(request: ServiceRequest): IamCall[] {
  switch (request.service) {
    case 'dynamodb':
      return dynamoCalls(request)
    case 's3':
      return s3Calls(request)
    case 'sqs': {
      const { QueueUrl } = parse(request.body) as { QueueUrl?: string }
      // Batches need the right of the single call.
      const operation = request.operation?.replace(/Batch$/, '')
      return [
        {
          action: `sqs:${operation}`,
          resource:
            String(QueueUrl ?? '')
              .split('/')
              .at(-1) ?? '',
        },
      ]
    }
    case 'athena': {
      // Other calls name an execution; only the server knows whose workgroup it is in.
      const { WorkGroup, QueryExecutionId } = parse(request.body) as Readonly<Record<string, string>>
      return [
        {
          action: `athena:${request.operation}`,
          resource: WorkGroup ? `workgroup/${WorkGroup}` : `execution/${QueryExecutionId}`,
        },
      ]
    }
  }
}

type Keyed = Readonly<Record<'PK', { readonly S: string } | undefined>>

interface DynamoPart {
  readonly TableName?: string
  readonly Key?: Keyed
  readonly Item?: Keyed
}

interface DynamoBody extends DynamoPart {
  readonly IndexName?: string
  readonly StreamArn?: string
  readonly ShardIterator?: string
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Keyed[] }>>
  readonly TransactItems?: readonly Readonly<Record<string, DynamoPart>>[]
}

const TRANSACTION_PARTS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

function dynamoCalls({ operation, body }: ServiceRequest): IamCall[] {
  const request = parse(body) as DynamoBody
  if (request.TransactItems) {
    return request.TransactItems.flatMap((part) =>
      Object.entries(part).map(([kind, one]) => ({
        action: `dynamodb:${TRANSACTION_PARTS[kind] ?? kind}`,
        resource: `table/${one.TableName}`,
        ...keysOf(one),
      })),
    )
  }
  const action = `dynamodb:${operation}`
  if (request.RequestItems) {
    return Object.entries(request.RequestItems).map(([table, { Keys = [] }]) => {
      return { action, resource: `table/${table}`, keys: Keys.map(({ PK }) => PK?.S ?? '') }
    })
  }
  if (operation === 'GetRecords') return [{ action, resource: 'stream' }]
  if (request.StreamArn) return [{ action, resource: 'stream' }]
  const index = request.IndexName ? `/index/${request.IndexName}` : ''
  return [{ action, resource: `table/${request.TableName}${index}`, ...keysOf(request) }]
}

function keysOf({ Key, Item }: DynamoPart): { readonly keys?: readonly string[] } {
  const key = (Key ?? Item)?.PK?.S
  return key === undefined ? {} : { keys: [key] }
}

function s3Calls({ method, url, body }: ServiceRequest): IamCall[] {
  const [path = '', query = ''] = url.split('?')
  const parameters = new URLSearchParams(query)
  const [, bucket = '', ...rest] = path.split('/').map(decodeURIComponent)
  const key = rest.join('/')
  if (key === '') {
    if (method === 'POST' && parameters.has('delete')) {
      const keys = [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, one = '']) => one)
      return keys.map((one) => ({ action: 's3:DeleteObject', resource: `${bucket}/${one}` }))
    }
    if (parameters.has('location')) return [{ action: 's3:GetBucketLocation', resource: bucket }]
    return [{ action: 's3:ListBucket', resource: bucket }]
  }
  const actions: Readonly<Record<string, string>> = {
    GET: 's3:GetObject',
    HEAD: 's3:GetObject',
    PUT: 's3:PutObject',
    DELETE: 's3:DeleteObject',
  }
  return [{ action: actions[method] ?? `s3:${method}`, resource: `${bucket}/${key}` }]
}

function parse(body: Buffer): object {
  return body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as object)
}
