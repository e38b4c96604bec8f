import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineFunction, type FunctionDefinition } from '../../src/adapters/aws/lambda/invocation.js'
import { AppError } from '../../src/errors/appError.js'
import { DEFAULT_FUNCTION_SETTINGS, type FunctionSlice } from '../../src/model/functions.js'
import { lambdaContext } from './handlerCall.js'

const SLICE: FunctionSlice = {
  model: {
    format: 1,
    name: 'shop',
    enums: [],
    valueTypes: [],
    responseTypes: [],
    entities: [],
    joinTables: [],
    statements: [],
    operations: [],
  },
  settings: { ...DEFAULT_FUNCTION_SETTINGS, taskDays: 2 },
}

const folder = mkdtempSync(join(tmpdir(), 'ocg-invocation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => {
  writeFileSync(join(folder, 'slice.json'), JSON.stringify(SLICE))
  vi.stubEnv('LAMBDA_TASK_ROOT', folder)
  vi.stubEnv('LOG_LEVEL', undefined)
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-2-3')
  return () => vi.unstubAllEnvs()
})

describe('a function', () => {
  it('opens once, and knows its slice, its limits and its time', async () => {
    const open = vi.fn(({ context, slice, workgroup }) => ({ context, slice, workgroup }))
    const handler = defineFunction({
      kind: 'cascadeListener',
      open,
      run: async (event: string, { context, slice, workgroup }, invocation) => ({
        event,
        workgroup,
        name: slice.model.name,
        life: context.limits.taskLifeSeconds,
        sameTime: Math.abs(context.remainingMs() - invocation.remainingMs()) < 50,
        cold: invocation.coldStart,
      }),
    })
    const { results } = await written(async () => [
      await handler('a', lambdaContext()),
      await handler('b', lambdaContext()),
    ])
    const same = { workgroup: 'OCG-shop', name: 'shop', life: 172_800, sameTime: true }
    expect(results).toEqual([
      { event: 'a', cold: true, ...same },
      { event: 'b', cold: false, ...same },
    ])
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('tries again to open after it could not', async () => {
    vi.stubEnv('S3_BUCKET_NAME', '')
    const handler = functionOf({
      open: ({ variable }) => variable('S3_BUCKET_NAME'),
      run: async (_, name) => name,
    })
    const { lines } = await written(() => rejection(handler({}, lambdaContext())))
    expect(lines[0]).toMatchObject({
      level: 'error',
      error: { message: 'invariant: the environment variable S3_BUCKET_NAME is not set' },
    })
    vi.stubEnv('S3_BUCKET_NAME', 'lake')
    expect((await written(() => handler({}, lambdaContext()))).results).toBe('lake')
  })

  it('refuses a slice of another format', async () => {
    const other = { ...SLICE, model: { ...SLICE.model, format: 2 } }
    writeFileSync(join(folder, 'slice.json'), JSON.stringify(other))
    const { results, lines } = await written(() => rejection(functionOf({})({}, lambdaContext())))
    expect(results).toEqual({ name: 'Internal', message: 'Something went wrong on our side.' })
    expect(JSON.stringify(lines)).toContain('a model of format 2 is not of this code')
  })

  it('lets nothing out of what went wrong inside, and logs all of it', async () => {
    const cause = new Error('10.0.0.1 said no')
    const handler = functionOf({
      run: async () => {
        throw new Error('secret', { cause })
      },
    })
    const { results, lines } = await written(() => rejection(handler({}, lambdaContext())))
    expect(results).toEqual({ name: 'Internal', message: 'Something went wrong on our side.' })
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'The function failed',
      function: 'OCG-shop-1',
      version: '$LATEST',
      requestId: 'request-1',
      traceId: 'Root=1-2-3',
      coldStart: true,
      error: {
        message: 'secret',
        stack: expect.stringContaining('invocation.test'),
        cause: { message: cause.message },
      },
    })
  })

  it('keeps the code and message of an expected failure', async () => {
    const handler = functionOf({ run: () => Promise.reject(new AppError('Throttled', 'Try again.')) })
    const { results, lines } = await written(() => rejection(handler({}, lambdaContext())))
    expect(results).toEqual({ name: 'Throttled', message: 'Try again.' })
    expect(lines.at(-1)).toMatchObject({ code: 'Throttled', Failures: 1 })
  })

  it('fires its signal before its time ends, and ends before Lambda ends it', async () => {
    let firedWith = Number.NaN
    const handler = functionOf({
      run: (_event, _deps, { signal, remainingMs }) => {
        signal.addEventListener('abort', () => {
          firedWith = remainingMs()
        })
        return new Promise(() => {})
      },
    })
    const context = lambdaContext(1_200)
    const { results } = await written(() => rejection(handler({}, context)))
    expect(results).toEqual({ name: 'Timeout', message: 'The answer took too long: try again.' })
    expect(firedWith).toBeGreaterThan(400)
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(100)
  })

  it('gives each run its own signal, also of runs side by side', async () => {
    const signals: unknown[] = []
    const handler = functionOf({
      open: ({ aws }) => aws,
      run: async (_event, aws, { signal }) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        signals.push(aws.signal() === signal, signal)
      },
    })
    await written(() => Promise.all([handler({}, lambdaContext()), handler({}, lambdaContext())]))
    expect(signals.filter((one) => typeof one === 'boolean')).toEqual([true, true])
    expect(new Set(signals.filter((one) => typeof one === 'object')).size).toBe(2)
  })
})

describe('the log of a function', () => {
  it('has one object a line, from its level on', async () => {
    vi.stubEnv('LOG_LEVEL', 'WARN')
    const handler = functionOf({
      run: async (_event, _deps, { log }) => {
        log.debug('no')
        log.info('no')
        log.warn('A first one', { table: 'a\nb' })
        const circle: Record<string, unknown> = {}
        circle.self = circle
        log.error('A circle', circle)
      },
    })
    const { lines } = await written(() => handler({}, lambdaContext()))
    expect(lines.slice(0, 2)).toMatchObject([
      { level: 'warn', message: 'A first one', table: 'a\nb', requestId: 'request-1' },
      { level: 'error', message: 'A circle', note: 'The fields of this record could not be written.' },
    ])
  })
})

describe('the metrics of a function', () => {
  it('are in the embedded format, once a run, whatever the log level', async () => {
    vi.stubEnv('LOG_LEVEL', 'error')
    const handler = functionOf({
      run: async (_event, _deps, { metrics }) => {
        metrics.add('Lag', 12, 'Milliseconds')
        metrics.add('Lag', 15, 'Milliseconds')
      },
    })
    const { lines } = await written(() => handler({}, lambdaContext()))
    expect(lines).toEqual([
      {
        function: 'OCG-shop-1',
        version: '$LATEST',
        requestId: 'request-1',
        traceId: 'Root=1-2-3',
        coldStart: true,
        project: 'shop',
        kind: 'streamProcessor',
        Lag: [12, 15],
        Duration: expect.any(Number),
        ColdStart: 1,
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'OCG',
              Dimensions: [['project', 'kind']],
              Metrics: [
                { Name: 'Lag', Unit: 'Milliseconds' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'ColdStart', Unit: 'Count' },
              ],
            },
          ],
        },
      },
    ])
  })

  it('count the tasks that the runtime ends', async () => {
    const handler = functionOf({
      open: ({ context }) => context,
      run: async (_event, { onTaskFinished }) => {
        onTaskFinished('SUCCEEDED')
        onTaskFinished('FAILED')
      },
    })
    const { lines } = await written(() => handler({}, lambdaContext()))
    expect(lines).toMatchObject([{ TasksSucceeded: 1, TasksFailed: 1 }])
  })

  it('count failures under their codes, and split what is too much for a line', async () => {
    const handler = functionOf({
      run: async (_event, _deps, { metrics }) => {
        for (let index = 0; index < 150; index += 1) metrics.add('Lag', index, 'Milliseconds')
        metrics.failure('Throttled')
        metrics.failure('NotFound')
        metrics.failure('Throttled')
      },
    })
    const { lines } = await written(() => handler({}, lambdaContext()))
    expect(lines.map(({ Lag }) => (Lag as number[] | undefined)?.length)).toEqual([
      100,
      50,
      undefined,
      undefined,
    ])
    expect(lines.slice(2)).toMatchObject([
      {
        code: 'Throttled',
        Failures: 2,
        _aws: { CloudWatchMetrics: [{ Dimensions: [['project', 'kind', 'code']] }] },
      },
      { code: 'NotFound', Failures: 1 },
    ])
  })
})

function functionOf<Deps>(parts: Partial<FunctionDefinition<Deps, unknown, unknown>>) {
  const nothing = { open: () => undefined as Deps, run: async () => undefined }
  return defineFunction<Deps, unknown, unknown>({ kind: 'streamProcessor', ...nothing, ...parts })
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (reason: Error) => reason,
  )
  expect(error?.stack ?? '').not.toContain('.ts:')
  return error && { name: error.name, message: error.message }
}

/** What some work gives and what it writes to standard output, line by line. */
async function written<T>(work: () => Promise<T>) {
  const text: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => text.push(String(chunk)) > 0)
  try {
    const results = await work()
    const lines = text.join('').split('\n').filter(Boolean)
    return { results, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
  } finally {
    spy.mockRestore()
  }
}
