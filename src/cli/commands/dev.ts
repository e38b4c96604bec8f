import type { Command } from 'commander'
import { AppError } from '../../errors/appError.js'
import type { Project } from '../../model/types.js'
import { SqlError } from '../../ports/sqlEngine.js'
import { StoreError } from '../../ports/storeError.js'
import { CliError } from '../cliError.js'
import { compileSchema, openChecker, type SchemaResult, showDiagnostics } from '../compileSchema.js'
import { lakeOptions, projectOptions, runtimeLimits } from '../config/projectOptions.js'
import { type Output, processOutput } from '../output.js'
import { startProgress } from '../progress.js'
import { DEFAULT_SCHEMA } from '../readSources.js'
import { announce } from '../serving/announce.js'
import { apiKeyOf } from '../serving/apiKey.js'
import { endOnFailure } from '../serving/endOnFailure.js'
import { addServingOptions, type ServingOptions } from '../serving/servingOptions.js'
import { awaitShutdown } from '../serving/shutdown.js'
import { loadServing, prepareSql, type Serving, servingLog, startServing } from '../serving/startServing.js'
import { watchSchema } from '../serving/watchSchema.js'

/** `ocg dev`: the backend of a schema that is being written. A mistake in it keeps the last good version running. */
export function declare(command: Command): void {
  addServingOptions(command, { logLevel: 'warn' })
    .addHelpText('after', '\nExample:\n  $ ocg dev -n shop -f schema.graphql --port 0 --data ./data')
    .action(dev)
}

async function dev(options: ServingOptions): Promise<void> {
  const output = processOutput(options)
  const shutdown = awaitShutdown(output)
  const chosen = await projectOptions(options)
  const { name, folder, file, baseName, env } = chosen
  const preparedSql = await prepareSql()
  // Loading goes on in the background; what it may throw is thrown again where it is used.
  loadServing().catch(() => undefined)
  const log = servingLog(options, output)
  log.then(endOnFailure, () => undefined)
  let serving: Serving | undefined
  let isLost = false
  const onLost = () => {
    isLost = true
    shutdown.request()
  }

  /** Brings one version of the schema to life, or says why not. */
  async function apply(loaded: SchemaResult): Promise<void> {
    const { project } = loaded
    report(loaded, serving !== undefined, output)
    if (!project) return
    try {
      if (serving) await reload(serving, project, output)
      else serving = await start(project)
    } catch (error) {
      if (error instanceof AppError) {
        // The data contradicts the schema. Both can be changed, so this is no reason to end.
        event(output, 'refused', error.message, output.colors.red)
      } else if (serving && (error instanceof SqlError || error instanceof StoreError)) {
        const after = 'The last good version keeps running; save the schema again to try again.'
        event(
          output,
          'failed',
          `The new schema could not be put in force: ${error.message} ${after}`,
          output.colors.red,
        )
      } else throw error
    }
  }

  async function start(project: Project): Promise<Serving> {
    const apiKey = await apiKeyOf(folder, options.apiKey)
    const auth = { mode: 'loopbackFree', apiKeys: [apiKey.key], hosts: [options.host] } as const
    const started = await startServing({
      project,
      folder,
      options,
      limits: runtimeLimits(chosen),
      lake: lakeOptions(chosen),
      auth,
      log: await log,
      onLost,
      preparedSql,
    })
    await announce(started, { name, folder, apiKey, keyNeeded: false }, output)
    return started
  }

  const changes = changeSignal()
  const checker = openChecker()
  checker.catch(() => undefined)
  const compile = () => compileSchema(file, baseName, env, chosen.config.large, checker)
  // What is wrong with the paths at the very start is a mistake of the command line, not of the schema.
  const first = await compile()
  const watching = watchSchema(file ?? [DEFAULT_SCHEMA], changes.raise)
  try {
    await apply(first)
    await watching
    while (!shutdown.isRequested()) {
      await Promise.race([changes.next(), shutdown.requested])
      if (shutdown.isRequested()) break
      const loaded = await compile().catch((error: unknown) => {
        if (!(error instanceof CliError)) throw error
        event(output, 'refused', error.message, output.colors.red)
        return undefined
      })
      if (loaded) await apply(loaded)
    }
  } finally {
    await (await watching).close()
    await serving?.close()
    await (await checker).close()
  }
  if (isLost) throw new CliError('environment', `Another process has taken over the data folder ${folder}.`)
}

/** Shows the mistakes of a version, and what becomes of the one before. */
function report({ project, diagnostics }: SchemaResult, isServing: boolean, output: Output): void {
  if (output.json) {
    if (diagnostics.length > 0)
      output.note(JSON.stringify({ event: 'diagnostics', ok: project !== undefined, diagnostics }))
    return
  }
  if (diagnostics.length > 0) showDiagnostics(diagnostics, output)
  if (project) return
  const state = isServing ? 'The last good version keeps running' : 'Nothing runs yet'
  output.note(`\n${output.colors.yellow(state)}; waiting for the schema to change …`)
}

/** Reading fewer rows is soon done. */
const LONG_ROWS = 10_000

async function reload(serving: Serving, project: Project, output: Output): Promise<void> {
  if (project.hash === serving.host.project.hash)
    return event(output, 'unchanged', 'The schema means the same as before.')
  const start = performance.now()
  const progress = startProgress(output)
  let isTold = false
  try {
    await serving.host.reload(project, {
      onProgress(work, table, rows) {
        if (rows < LONG_ROWS) return
        if (!isTold)
          event(
            output,
            'reloading',
            `Rows of ${table} are read, for the change concerns what they hold. Until then the present API answers.`,
          )
        isTold = true
        progress.update(
          () =>
            `  ${work === 'check' ? 'checked' : 'made for SQL'}: ${rows.toLocaleString('en')} rows of ${table}`,
        )
      },
    })
  } finally {
    progress.clear()
  }
  const took = Math.round(performance.now() - start)
  event(output, 'reloaded', `The new schema runs (${took} ms); the data is kept.`, output.colors.green)
}

function event(output: Output, name: string, message: string, paint = (text: string) => text): void {
  output.note(output.json ? JSON.stringify({ event: name, message }) : paint(message))
}

/** Changes that come while one is being dealt with count as one. */
function changeSignal(): { raise(): void; next(): Promise<void> } {
  let pending = false
  let wake = () => {}
  return {
    raise() {
      pending = true
      wake()
    },
    next: () =>
      new Promise((resolve) => {
        wake = () => {
          if (!pending) return
          pending = false
          resolve()
        }
        wake()
      }),
  }
}
