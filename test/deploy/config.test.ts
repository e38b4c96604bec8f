import { beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/deploy/config/checkConfig.js'
import { defineConfig } from '../../src/deploy/config/ocgConfig.js'
import { ConfigError, resolveSettings } from '../../src/deploy/config/resolveSettings.js'
import { optionsOf } from '../../src/deploy/config/settings.js'
import type { Project } from '../../src/model/types.js'
import { compiled } from './deployments.js'

let project: Project

beforeAll(async () => {
  project = await compiled('type User { id: ID! name: String }', 'shop', false)
})

describe('checkConfig', () => {
  it('takes a configuration that uses everything', () => {
    const config = defineConfig({
      functions: {
        kinds: { streamProcessor: { concurrency: 2 } },
        operations: { createUser: { memoryMb: 256 } },
      },
      logRetentionDays: 14,
      logLevel: 'DEBUG',
      xray: true,
      api: { keyDays: 30, queryDepthLimit: 5, resolverCountLimit: 10 },
      years: { first: 2000, last: 2030 },
      taskDays: 7,
      sql: { maxScannedMb: 100, resultReuseMinutes: 5 },
      stream: { batchSize: 10, windowSeconds: 1, retries: 3, maxAgeSeconds: 60 },
      queues: { maxReceiveCount: 3 },
      alarms: { email: 'a@example.com', topicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms' },
      tags: { team: 'shop' },
      environments: { prod: { xray: false } },
    })
    expect(checkConfig(config)).toEqual({ ok: true, config })
  })

  it('says every mistake at once, each with its place', () => {
    const result = checkConfig({
      functions: { kinds: { create: { memoryMB: 10, timeoutSeconds: 60 }, creat: {} } },
      logLevel: 'LOUD',
      years: { first: 2030, last: 2020 },
      queues: 7,
      api: { keyDays: 1 },
      tags: { project: 'mine' },
      environments: { production: {}, prod: { xrai: true } },
    })
    expect(result.ok ? [] : result.mistakes.map(({ message }) => message)).toEqual([
      '`functions.kinds.create.timeoutSeconds` must be a whole number from 3 to 30; it is 60.',
      '`functions.kinds.create.memoryMB` is not known. Did you mean `memoryMb`?',
      '`functions.kinds.creat` is not known. Did you mean `create` or `read`?',
      '`logLevel` must be one of DEBUG, INFO, WARN, ERROR; it is "LOUD".',
      '`api.keyDays` must be a whole number from 2 to 365; it is 1.',
      '`years` must begin before they end; it is {"first":2030,"last":2020}.',
      '`queues` must be an object; it is 7.',
      '`tags.project` must be another key: this tag is set by the deployment; it is "project".',
      '`environments.production` must have 1 to 6 lower-case letters and digits, a letter first; it is "production".',
      '`environments.prod.xrai` is not known. Did you mean `xray`?',
    ])
  })

  it('says that what is exported is no configuration, or lacks a part', () => {
    expect(checkConfig(undefined)).toEqual({
      ok: false,
      mistakes: [{ path: '', message: 'The configuration must be an object; it is undefined.' }],
    })
    expect(checkConfig({ years: { first: 2020 } })).toEqual({
      ok: false,
      mistakes: [{ path: 'years.last', message: '`years.last` is missing.' }],
    })
  })
})

describe('resolveSettings', () => {
  it("gives the contract's defaults", () => {
    const { kinds, function: carried } = resolveSettings({}, project)
    expect(kinds.create).toEqual({ memoryMb: 1024, timeoutSeconds: 30, logRetentionDays: 30 })
    expect(kinds.executionTracker).toEqual({ memoryMb: 512, timeoutSeconds: 300, logRetentionDays: 30 })
    expect(kinds.streamProcessor).toMatchObject({ memoryMb: 1024, timeoutSeconds: 300, concurrency: 1 })
    expect(kinds.deletionListener).toMatchObject({ memoryMb: 1024, timeoutSeconds: 900, concurrency: 10 })
    const common = { years: { first: 2020, last: 2035 }, taskDays: 30, resultReuseMinutes: 0 }
    expect(carried).toEqual({ ...common, layout: 'batches' })
    const rows = resolveSettings({ lake: { layout: 'rows' } }, project)
    expect(rows.function).toEqual(common)
    expect(rows.kinds.streamProcessor.concurrency).toBe(10)
    expect(rows.stream).toMatchObject({ batchSize: 100, windowSeconds: 0 })
  })

  it('puts an operation over its kind, and an environment over both', () => {
    const config = defineConfig({
      functions: {
        kinds: { create: { memoryMb: 512, timeoutSeconds: 10 } },
        operations: { createUser: { memoryMb: 256 } },
      },
      environments: { prod: { functions: { operations: { createUser: { concurrency: 3 } } }, xray: true } },
    })
    const create = project.operations.find(({ kind }) => kind === 'create')
    if (!create) throw new Error('The project has no create.')
    const planned = { kind: 'create', operation: create } as const
    const base = { memoryMb: 256, timeoutSeconds: 10, logRetentionDays: 30 }
    expect(optionsOf(resolveSettings(config, project), planned)).toEqual(base)
    const prod = resolveSettings(config, project, 'prod')
    expect(optionsOf(prod, planned)).toEqual({ ...base, concurrency: 3 })
    expect(prod).toMatchObject({ xray: true, environment: 'prod', baseName: 'shop' })
    expect(resolveSettings(config, project, 'dev').xray).toBe(false)
  })

  it('refuses settings of a field that there is not', () => {
    const config = defineConfig({ functions: { operations: { createUsr: {} } } })
    expect(() => resolveSettings(config, project)).toThrow(
      new ConfigError([
        {
          path: 'functions.operations.createUsr',
          message: '`functions.operations.createUsr` is no field of the API. Did you mean `createUser`?',
        },
      ]),
    )
  })
})
