import * as v from 'valibot'
import { didYouMean } from '../../errors/suggest.js'
import type { FunctionKind } from '../../model/functions.js'
import { LAKE_LAYOUTS } from '../../model/lakeLayout.js'
import { LOG_LEVELS, LOG_RETENTIONS, type OcgConfig } from './ocgConfig.js'

export interface ConfigMistake {
  /** Where it is: `functions.kinds.create.memoryMb`. Empty for the whole. */
  readonly path: string
  /** One sentence: what was found and what was expected. */
  readonly message: string
}

export type ConfigResult =
  | { readonly ok: true; readonly config: OcgConfig }
  | { readonly ok: false; readonly mistakes: readonly ConfigMistake[] }

const whole = (from: number, to: number) =>
  v.pipe(
    v.number(`must be a whole number from ${from} to ${to}`),
    v.integer(`must be a whole number from ${from} to ${to}`),
    v.minValue(from, `must be a whole number from ${from} to ${to}`),
    v.maxValue(to, `must be a whole number from ${from} to ${to}`),
  )

const functionEntries = (timeout: readonly [number, number], concurrency: readonly [number, number]) =>
  v.strictObject({
    memoryMb: v.optional(whole(128, 10_240)),
    timeoutSeconds: v.optional(whole(timeout[0], timeout[1])),
    concurrency: v.optional(whole(concurrency[0], concurrency[1])),
    logRetentionDays: v.optional(retention()),
  })

/**
 * AppSync waits 30 s for a resolver; Lambda runs a function for at most 900. A function keeps a second of its time for its
 * answer, and what works behind the API begins nothing in its last ten.
 */
const apiFunction = () => functionEntries([3, 30], [1, 10_000])

const kinds = {
  create: v.optional(apiFunction()),
  read: v.optional(apiFunction()),
  update: v.optional(apiFunction()),
  delete: v.optional(apiFunction()),
  list: v.optional(apiFunction()),
  insertRelation: v.optional(apiFunction()),
  syncQuery: v.optional(apiFunction()),
  triggerTask: v.optional(apiFunction()),
  taskResult: v.optional(apiFunction()),
  executionTracker: v.optional(functionEntries([30, 900], [1, 10_000])),
  streamProcessor: v.optional(functionEntries([30, 900], [1, 10])),
  cascadeListener: v.optional(functionEntries([30, 900], [2, 1000])),
  deletionListener: v.optional(functionEntries([30, 900], [2, 1000])),
  lakeKeeper: v.optional(functionEntries([60, 900], [1, 10_000])),
} satisfies Record<FunctionKind, v.GenericSchema>

const environmentEntries = {
  functions: v.optional(
    v.strictObject({
      kinds: v.optional(v.strictObject(kinds)),
      operations: v.optional(v.record(v.string(), apiFunction())),
    }),
  ),
  logRetentionDays: v.optional(retention()),
  logLevel: v.optional(v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)),
  xray: v.optional(v.boolean('must be true or false')),
  api: v.optional(
    v.strictObject({
      // AppSync wants a whole day between the making of a key and its end, and making one takes its time.
      keyDays: v.optional(whole(2, 365)),
      queryDepthLimit: v.optional(whole(1, 75)),
      resolverCountLimit: v.optional(whole(1, 10_000)),
    }),
  ),
  years: v.optional(
    v.pipe(
      v.strictObject({ first: whole(1970, 9999), last: whole(1970, 9999) }),
      v.check(({ first, last }) => first <= last, 'must begin before they end'),
    ),
  ),
  taskDays: v.optional(whole(1, 3650)),
  lake: v.optional(
    v.strictObject({
      layout: v.optional(v.picklist(LAKE_LAYOUTS, `must be one of ${LAKE_LAYOUTS.join(', ')}`)),
      publishSeconds: v.optional(whole(0, 86_400)),
      compression: v.optional(v.picklist(['snappy', 'zstd'], 'must be snappy or zstd')),
    }),
  ),
  sql: v.optional(
    v.strictObject({
      maxScannedMb: v.optional(whole(10, 7_000_000)),
      resultReuseMinutes: v.optional(whole(0, 10_080)),
    }),
  ),
  stream: v.optional(
    v.strictObject({
      batchSize: v.optional(whole(1, 1000)),
      windowSeconds: v.optional(whole(0, 300)),
      retries: v.optional(whole(0, 10_000)),
      maxAgeSeconds: v.optional(whole(60, 86_400)),
    }),
  ),
  queues: v.optional(v.strictObject({ maxReceiveCount: v.optional(whole(1, 1000)) })),
  alarms: v.optional(
    v.strictObject({
      email: v.optional(v.pipe(text(), v.email('must be an address of e-mail'))),
      topicArn: v.optional(
        v.pipe(
          text(),
          v.regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/, 'must be the ARN of a topic of SNS'),
        ),
      ),
    }),
  ),
  tags: v.optional(v.record(tagKey(), v.pipe(text(), v.maxLength(256, 'must have at most 256 characters')))),
}

const configSchema = v.strictObject({
  name: v.optional(
    v.pipe(
      text(),
      v.regex(
        /^(?=.{3,24}$)[a-z](?:-?[a-z0-9])*$/,
        'must have 3 to 24 characters: a lower-case letter, then letters, digits and single hyphens',
      ),
    ),
  ),
  file: v.optional(
    v.union(
      [v.pipe(v.string(), v.nonEmpty()), v.pipe(v.array(v.string()), v.nonEmpty())],
      'must be a path or a list of paths',
    ),
  ),
  data: v.optional(v.pipe(text(), v.nonEmpty('must be a path'))),
  large: v.optional(v.array(text(), 'must be a list of types and join tables')),
  env: v.optional(environmentName()),
  ...environmentEntries,
  environments: v.optional(v.record(environmentName(), v.strictObject(environmentEntries))),
})

/** Checks what a configuration file exports: its type, or every mistake in it, in the order of the file. */
export function checkConfig(value: unknown): ConfigResult {
  const result = v.safeParse(configSchema, value)
  if (result.success) return { ok: true, config: result.output as OcgConfig }
  return { ok: false, mistakes: result.issues.map((issue) => mistakeOf(issue)) }
}

function mistakeOf(issue: v.BaseIssue<unknown>): ConfigMistake {
  const keys = (issue.path ?? []).map((item) => String(item.key))
  const path = keys.join('.')
  const subject = path === '' ? 'The configuration' : `\`${path}\``
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const written = keys.at(-1) ?? ''
    const known = knownKeys(keys.slice(0, -1))
    const hint = didYouMean(written, known, (name) => `\`${name}\``) ?? `Known are ${known.join(', ')}.`
    return { path, message: `${subject} is not known. ${hint}` }
  }
  const missing = path !== '' && issue.received === 'undefined' && issue.type === 'strict_object'
  if (missing) return { path, message: `${subject} is missing.` }
  const rule = issue.type === 'strict_object' || issue.type === 'record' ? 'must be an object' : issue.message
  return { path, message: `${subject} ${rule}; it is ${found(issue.input)}.` }
}

function found(input: unknown): string {
  const json = JSON.stringify(input)
  return json === undefined ? typeof input : json.length > 60 ? `${json.slice(0, 57)}...` : json
}

/** Keys of the object at a path of the schema. */
function knownKeys(path: readonly string[]): string[] {
  let schema: unknown = configSchema
  for (const key of path) schema = childOf(unwrap(schema), key)
  const { entries } = unwrap(schema) as { readonly entries?: Readonly<Record<string, unknown>> }
  return Object.keys(entries ?? {})
}

interface SchemaParts {
  readonly wrapped?: unknown
  readonly entries?: Readonly<Record<string, unknown>>
  readonly value?: unknown
}

function unwrap(schema: unknown): SchemaParts {
  const parts = schema as SchemaParts
  return parts.wrapped === undefined ? parts : unwrap(parts.wrapped)
}

function childOf(schema: SchemaParts, key: string): unknown {
  return schema.entries?.[key] ?? schema.value ?? {}
}

function environmentName() {
  return v.pipe(
    text(),
    v.regex(/^[a-z][a-z0-9]{0,5}$/, 'must have 1 to 6 lower-case letters and digits, a letter first'),
  )
}

function retention() {
  return v.picklist(LOG_RETENTIONS, `must be one of ${LOG_RETENTIONS.join(', ')}`)
}

function text() {
  return v.string('must be a text')
}

/** Tags of AWS, and none that are ours. */
function tagKey() {
  return v.pipe(
    v.string(),
    v.regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, 'must be a key of a tag: 1 to 128 characters'),
    v.check(
      (key) => !['project', 'environment', 'part'].includes(key),
      'must be another key: this tag is set by the deployment',
    ),
  )
}
