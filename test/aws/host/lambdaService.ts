import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { unzipSync } from 'fflate'

/** A function as its template declares it. */
export interface FunctionDefinition {
  readonly name: string
  readonly arn: string
  /** Bytes of its zip. */
  readonly code: Uint8Array
  readonly environment: Readonly<Record<string, string>>
  readonly memoryMb: number
  readonly timeoutMs: number
  /** Stands for the credentials of its role. */
  readonly accessKeyId: string
}

export type InvocationResult =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string }

export interface LambdaService {
  invoke(name: string, event: unknown): Promise<InvocationResult>
  /** Number of invocations so far, by function. */
  readonly invocations: ReadonlyMap<string, number>
  /** Lines that functions have written, by function. */
  readonly logs: ReadonlyMap<string, readonly string[]>
  /** Invocations that ended in an error: what CloudWatch's Errors metric counts. */
  readonly failures: readonly {
    readonly name: string
    readonly errorType: string
    readonly errorMessage: string
  }[]
  close(): Promise<void>
}

const WORKER = fileURLToPath(new URL('lambdaWorker.cjs', import.meta.url))

/** Containers of one function at the same time; further invocations wait, as they would at a concurrency limit. */
const CONTAINERS = 3

/**
 * Runs functions from their zips, each container in a thread of its own with the environment that the template gives
 * it: cold starts, one invocation at a time, warm reuse, killed at the timeout.
 */
export async function startLambdaService(
  definitions: readonly FunctionDefinition[],
  environment: Readonly<Record<string, string>>,
): Promise<LambdaService> {
  const root = await mkdtemp(join(tmpdir(), 'ocg-lambda-'))
  const logs = new Map<string, string[]>()
  const invocations = new Map<string, number>()
  const failures: { name: string; errorType: string; errorMessage: string }[] = []
  const pools = new Map(
    definitions.map((definition) => [
      definition.name,
      new Pool(definition, join(root, definition.name), environment, (line) => {
        const lines = logs.get(definition.name) ?? []
        lines.push(line)
        logs.set(definition.name, lines)
      }),
    ]),
  )
  return {
    async invoke(name, event) {
      const pool = pools.get(name)
      if (!pool) throw new Error(`There is no function ${name}.`)
      invocations.set(name, (invocations.get(name) ?? 0) + 1)
      const outcome = bounded(await pool.invoke(JSON.parse(JSON.stringify(event))))
      if (!outcome.ok)
        failures.push({ name, errorType: outcome.errorType, errorMessage: outcome.errorMessage })
      return outcome
    },
    invocations,
    logs,
    failures,
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Source: quotas of AWS Lambda, 6 MB for what a function answers. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024

/** Lambda answers an error in the place of what is too large. */
function bounded(outcome: InvocationResult): InvocationResult {
  if (!outcome.ok || Buffer.byteLength(JSON.stringify(outcome.result) ?? '') <= MAX_ANSWER_BYTES)
    return outcome
  const errorMessage = 'Response payload size exceeded maximum allowed payload size (6291556 bytes).'
  return { ok: false, errorType: 'Function.ResponseSizeTooLarge', errorMessage }
}

class Pool {
  readonly #definition: FunctionDefinition
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #onLine: (line: string) => void
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  readonly #waiting: ((worker: Worker) => void)[] = []
  #starting = 0
  #unpacked: Promise<string> | undefined

  constructor(
    definition: FunctionDefinition,
    folder: string,
    environment: Readonly<Record<string, string>>,
    onLine: (line: string) => void,
  ) {
    this.#definition = definition
    this.#folder = folder
    this.#environment = environment
    this.#onLine = onLine
  }

  async invoke(event: unknown): Promise<InvocationResult> {
    const taken = await this.#take().catch((error: Error) => error)
    if (taken instanceof Error) return { ok: false, errorType: taken.name, errorMessage: taken.message }
    const worker = taken
    const { timeoutMs } = this.#definition
    return new Promise((resolve) => {
      const settle = (outcome: InvocationResult, keep: boolean) => {
        clearTimeout(timer)
        // Only ours: without its own a worker says nothing any more.
        worker.removeAllListeners('message')
        worker.removeAllListeners('error')
        if (keep) this.#give(worker)
        else this.#discard(worker)
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        const errorMessage = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
        settle({ ok: false, errorType: 'Sandbox.Timedout', errorMessage }, false)
      }, timeoutMs)
      worker.once('message', (outcome: InvocationResult) => settle(outcome, true))
      worker.once('error', (error: Error) =>
        settle({ ok: false, errorType: error.name, errorMessage: error.message }, false),
      )
      worker.postMessage({ event, requestId: randomUUID(), timeoutMs })
    })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()))
  }

  async #take(): Promise<Worker> {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#all.size + this.#starting >= CONTAINERS)
      return new Promise((resolve) => this.#waiting.push(resolve))
    this.#starting += 1
    try {
      const worker = await this.#start()
      this.#all.add(worker)
      return worker
    } finally {
      this.#starting -= 1
    }
  }

  #give(worker: Worker): void {
    const next = this.#waiting.shift()
    if (next) next(worker)
    else this.#idle.push(worker)
  }

  #discard(worker: Worker): void {
    this.#all.delete(worker)
    void worker.terminate()
    const next = this.#waiting.shift()
    if (next) void this.#take().then(next)
  }

  async #start(): Promise<Worker> {
    const { name, arn, memoryMb, environment, accessKeyId } = this.#definition
    this.#unpacked ??= unpack(this.#definition.code, this.#folder)
    const folder = await this.#unpacked
    const worker = new Worker(WORKER, {
      workerData: { entry: join(folder, 'index.js'), name, arn, memoryMb },
      env: {
        ...this.#environment,
        ...environment,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
        LAMBDA_TASK_ROOT: folder,
      },
      stdout: true,
      stderr: true,
    })
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString('utf8').split('\n')) if (line !== '') this.#onLine(line)
      })
    }
    await loaded(worker)
    return worker
  }
}

/** Resolves when the worker has loaded its code: as with Lambda that is no time of the invocation's. Rejects when it can't. */
function loaded(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', () => {
      worker.off('error', reject)
      resolve()
    })
  })
}

async function unpack(zip: Uint8Array, folder: string): Promise<string> {
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
  return folder
}
